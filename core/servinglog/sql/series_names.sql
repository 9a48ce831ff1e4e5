-- Every backend and mode logged before a moment, oldest first, so that a series keeps its place and
-- its colour. Of the archive and the shared store, rows of the moment's own hour are counted, and for the
-- hours before their sums.
SELECT backend, mode, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(n) AS BIGINT) AS calls
FROM (
    SELECT backend, mode, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS n
    FROM calls
    WHERE started_at < $until AND (segment_id > 0 OR started_at >= $whole_until)
    GROUP BY backend, mode
    UNION ALL
    SELECT key[1], key[2], first_at, last_at, count
    FROM hour_groups
    WHERE root = 'calls' AND hour < $whole_until
)
GROUP BY backend, mode
ORDER BY first_at, backend, mode
