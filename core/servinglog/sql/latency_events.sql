-- Answered calls of one mode in windows that end together, and those slower than $within_ms. `minutes`
-- is the length of a window.
WITH ages AS (
    SELECT
        (epoch_us($until) - epoch_us(started_at) - 1) // 60000000 AS age,
        count(*) AS events,
        count(*) FILTER (total_ms > $within_ms) AS bad
    FROM calls
    WHERE started_at >= $since AND started_at < $until AND mode = $mode AND error_kind IS NULL
    GROUP BY age
)
SELECT
    minutes,
    CAST(coalesce(sum(events), 0) AS BIGINT) AS events,
    CAST(coalesce(sum(bad), 0) AS BIGINT) AS bad
FROM (SELECT unnest(CAST($minutes AS BIGINT[])) AS minutes)
LEFT JOIN ages ON age < minutes
GROUP BY minutes
