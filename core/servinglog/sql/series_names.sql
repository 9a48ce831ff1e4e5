-- Every backend and mode logged before a moment, oldest first, so that a series keeps its place and its colour.
SELECT backend, mode, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS calls
FROM calls
WHERE started_at < $until
GROUP BY backend, mode
ORDER BY first_at, backend, mode
