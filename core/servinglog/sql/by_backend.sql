-- `busy_s` is the time from the first call to the end of the last without the gaps in which no call
-- ran, so that a second counts once however many calls ran in it. Time that no phase covers, or
-- whose phases are unknown, is `other`.
WITH picked AS (
    SELECT * FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
),
running AS (
    SELECT
        backend, mode, epoch_us(started_at) AS start_us, epoch_us(ended_at) AS end_us,
        max(epoch_us(ended_at)) OVER (
            PARTITION BY backend, mode ORDER BY started_at ROWS UNBOUNDED PRECEDING
        ) AS busy_until_us,
        lead(epoch_us(started_at)) OVER (PARTITION BY backend, mode ORDER BY started_at)
            AS next_start_us
    FROM picked
),
busy AS (
    SELECT
        backend, mode,
        (
            max(end_us) - min(start_us)
            - coalesce(sum(greatest(0, next_start_us - busy_until_us)), 0)
        ) / 1e6 AS busy_s
    FROM running
    GROUP BY backend, mode
),
totals AS (
    SELECT
        backend, mode,
        count(*) AS calls,
        count(answered_ms) AS answered,
        sum(scored) AS comments,
        count(*) FILTER (has_error) AS errors,
        quantile_cont(answered_ms, [0.50, 0.95, 0.99]) AS quantiles,
        median(answered_ms / batch_size) AS ms_per_comment,
        sum(answered_ms) AS answered_sum_ms,
        coalesce(sum(first_stage_ms) FILTER (error_kind IS NULL), 0) AS first_stage_ms,
        coalesce(sum(tokenize_ms) FILTER (error_kind IS NULL), 0) AS tokenize_ms,
        coalesce(sum(compute_ms) FILTER (error_kind IS NULL), 0) AS compute_ms,
        coalesce(sum(queue_ms) FILTER (error_kind IS NULL), 0) AS queue_ms,
        coalesce(sum(network_ms) FILTER (error_kind IS NULL), 0) AS network_ms
    FROM picked
    GROUP BY backend, mode
)
SELECT
    backend, mode, calls, answered, comments, errors,
    quantiles[1] AS p50, quantiles[2] AS p95, quantiles[3] AS p99, ms_per_comment,
    comments / nullif(busy_s, 0) AS comments_per_busy_s,
    first_stage_ms / nullif(answered_sum_ms, 0) AS first_stage_share,
    tokenize_ms / nullif(answered_sum_ms, 0) AS tokenize_share,
    compute_ms / nullif(answered_sum_ms, 0) AS compute_share,
    queue_ms / nullif(answered_sum_ms, 0) AS queue_share,
    network_ms / nullif(answered_sum_ms, 0) AS network_share,
    greatest(
        0,
        1 - (first_stage_ms + tokenize_ms + compute_ms + queue_ms + network_ms)
            / nullif(answered_sum_ms, 0)
    ) AS other_share
FROM totals
JOIN busy USING (backend, mode)
ORDER BY calls DESC, backend, mode
