-- Live calls of each backend in the order of time, told apart: good, or bad, which is failed, tried
-- again or slower than the backend's limit. `switches` counts how often the one follows the other:
-- with a bad replica almost at every call, with an outage once. A stretch of bad calls begins at one
-- that follows a good one, with at most one bad among the five before it and at least three among the
-- five from it on: the first such in [since, until) or, if it began earlier, the last before.
-- `quiet_s` is the pause before the first bad call, from the last live call to that backend.
WITH limits AS (
    SELECT unnest(CAST($backends AS VARCHAR[])) AS backend, unnest(CAST($limits_ms AS DOUBLE[])) AS limit_ms
),
processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
live AS (
    SELECT
        calls.backend, coalesce(calls.process, processes.process) AS process, started_at,
        started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT)) AS ended_at,
        coalesce(
            (error_kind IS NOT NULL AND NOT list_contains(CAST($answer_kinds AS VARCHAR[]), error_kind))
            OR attempts > 1 OR total_ms > limit_ms,
            false
        ) AS is_bad
    FROM calls LEFT JOIN processes USING (segment_id) LEFT JOIN limits ON limits.backend = calls.backend
    WHERE started_at >= $earlier AND started_at < $until
        AND list_contains(CAST($live_modes AS VARCHAR[]), mode)
),
ordered AS (
    SELECT
        *,
        lag(is_bad) OVER by_time AS was_bad,
        date_diff('millisecond', lag(ended_at) OVER by_time, started_at) / 1000.0 AS pause_s,
        is_bad
            AND NOT coalesce(lag(is_bad) OVER by_time, false)
            AND coalesce(sum(CAST(is_bad AS INTEGER)) OVER (
                by_time ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING
            ), 0) <= 1
            AND sum(CAST(is_bad AS INTEGER)) OVER (
                by_time ROWS BETWEEN CURRENT ROW AND 4 FOLLOWING
            ) >= 3 AS is_begin
    FROM live
    WINDOW by_time AS (PARTITION BY backend ORDER BY started_at)
),
earlier AS (
    SELECT backend, max(started_at) AS began_at
    FROM ordered WHERE is_begin AND started_at < $since GROUP BY backend
),
shown AS (SELECT * FROM ordered WHERE started_at >= $since),
by_process AS (
    SELECT backend, list((process, calls, bad) ORDER BY process) AS processes
    FROM (
        SELECT backend, process, count(*) AS calls, count(*) FILTER (is_bad) AS bad
        FROM shown GROUP BY backend, process
    )
    GROUP BY backend
)
SELECT
    backend,
    count(*) AS calls,
    count(*) FILTER (is_bad) AS bad,
    count(*) FILTER (is_bad <> was_bad) AS switches,
    coalesce(
        min(started_at) FILTER (is_begin), any_value(began_at), min(started_at) FILTER (is_bad)
    ) AS first_bad_at,
    max(started_at) FILTER (is_bad) AS last_bad_at,
    max(started_at) FILTER (NOT is_bad) AS last_good_at,
    arg_min(pause_s, started_at) FILTER (is_bad) AS quiet_s,
    any_value(processes) AS processes
FROM shown JOIN by_process USING (backend) LEFT JOIN earlier USING (backend)
GROUP BY backend
