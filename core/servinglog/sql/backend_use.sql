-- What each backend did in live calls. `busy_s` is the time in which some call of it ran, so that a
-- second counts once however many calls ran in it. The model is that of the newest answer.
WITH picked AS (
    SELECT * FROM chosen($since, $until, CAST($modes AS VARCHAR[]), NULL)
),
running AS (
    SELECT
        backend, epoch_us(started_at) AS start_us, epoch_us(ended_at) AS end_us,
        max(epoch_us(ended_at)) OVER (
            PARTITION BY backend ORDER BY started_at ROWS UNBOUNDED PRECEDING
        ) AS busy_until_us,
        lead(epoch_us(started_at)) OVER (PARTITION BY backend ORDER BY started_at) AS next_start_us
    FROM picked
),
busy AS (
    SELECT
        backend,
        (
            max(end_us) - min(start_us)
            - coalesce(sum(greatest(0, next_start_us - busy_until_us)), 0)
        ) / 1e6 AS busy_s
    FROM running
    GROUP BY backend
),
totals AS (
    SELECT
        backend,
        coalesce(arg_max(model_version, started_at) FILTER (error_kind IS NULL), '')
            AS model_version,
        count(*) AS calls,
        CAST(sum(scored) AS BIGINT) AS comments,
        CAST(coalesce(sum(tokens), 0) AS BIGINT) AS tokens,
        CAST(coalesce(sum(scored) FILTER (tokens IS NOT NULL), 0) AS BIGINT) AS token_comments,
        quantile_cont(answered_ms, 0.95) FILTER (mode = $realtime) AS realtime_p95_ms,
        quantile_cont(answered_ms, 0.95) AS p95_ms
    FROM picked
    GROUP BY backend
)
SELECT
    backend, model_version, calls, comments, tokens, token_comments, busy_s,
    coalesce(realtime_p95_ms, p95_ms) AS p95_ms, realtime_p95_ms IS NOT NULL AS is_realtime,
    $span_s AS span_s
FROM totals
JOIN busy USING (backend)
ORDER BY backend
