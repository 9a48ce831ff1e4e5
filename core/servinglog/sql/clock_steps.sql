-- Where the clock of a process went back: a line of its file ends more than $tolerance_s before the
-- one above it, although lines are written as calls end.
WITH ended AS (
    SELECT
        segment_id, line_number, started_at,
        started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT)) AS ended_at
    FROM calls
    WHERE segment_id > 0 AND segment_id IN (
        SELECT segment_id FROM calls WHERE started_at >= $since AND started_at < $until
    )
),
compared AS (
    SELECT *, lag(ended_at) OVER (PARTITION BY segment_id ORDER BY line_number) AS before_at
    FROM ended
)
SELECT ended_at AS moment, date_diff('millisecond', ended_at, before_at) / 1000.0 AS back_s
FROM compared
WHERE before_at - ended_at > to_milliseconds(CAST($tolerance_s * 1000 AS BIGINT))
    AND ended_at >= $since AND ended_at < $until
ORDER BY back_s DESC
LIMIT 1
