-- Requests of windows that end together, and those that were shut out or that no backend answered.
-- A failed call counts for nothing if another call answered the same request: of another backend, or
-- of the same one, for each text alone.
WITH live AS (
    SELECT
        coalesce(caller_request_id, request_id) AS request, started_at,
        (error_kind IS NOT NULL AND NOT list_contains(CAST($answer_kinds AS VARCHAR[]), error_kind))
            AS is_failed
    FROM calls
    WHERE started_at >= $since AND started_at < $until
        AND list_contains(CAST($live_modes AS VARCHAR[]), mode)
),
failed AS (
    SELECT request, min(started_at) AS moment FROM live WHERE is_failed GROUP BY request
),
happened AS (
    SELECT started_at AS moment, 1 AS number, 0 AS bad FROM live WHERE NOT is_failed
    UNION ALL
    SELECT moment, 1, 1 FROM failed
    WHERE NOT EXISTS (
        SELECT 1 FROM live WHERE live.request = failed.request AND NOT live.is_failed
    )
    UNION ALL
    SELECT refused_at, refused_count, refused_count FROM refusals
    WHERE refused_at >= $since AND refused_at < $until
        AND list_contains(CAST($shut_out AS VARCHAR[]), reason)
),
ages AS (
    SELECT
        (epoch_us($until) - epoch_us(moment) - 1) // 60000000 AS age,
        sum(number) AS events,
        sum(bad) AS bad
    FROM happened
    GROUP BY age
)
SELECT
    minutes,
    CAST(coalesce(sum(events), 0) AS BIGINT) AS events,
    CAST(coalesce(sum(bad), 0) AS BIGINT) AS bad
FROM (SELECT unnest(CAST($minutes AS BIGINT[])) AS minutes)
LEFT JOIN ages ON age < minutes
GROUP BY minutes
