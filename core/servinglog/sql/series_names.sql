-- Every backend and mode ever logged, oldest first, so that a series keeps its place and its colour.
SELECT backend, mode, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS calls
FROM calls
GROUP BY backend, mode
ORDER BY first_at, backend, mode
