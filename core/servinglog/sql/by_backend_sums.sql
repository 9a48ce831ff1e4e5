-- As by_backend.sql, from sums.
WITH picked AS (
    SELECT * FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
spread AS (
    SELECT backend, mode, of_what, bucket, sum(n) AS n
    FROM (
        SELECT
            backend, mode, 'total' AS of_what,
            unnest(total_buckets) AS bucket, unnest(total_counts) AS n
        FROM picked
        UNION ALL
        SELECT backend, mode, 'each', unnest(each_buckets), unnest(each_counts) FROM picked
    )
    GROUP BY ALL
),
ranked AS (
    SELECT
        *,
        sum(n) OVER (PARTITION BY backend, mode, of_what ORDER BY bucket) AS upto,
        CAST(sum(n) OVER (PARTITION BY backend, mode, of_what) AS BIGINT) AS answered
    FROM spread
),
quantiles AS (
    SELECT
        backend, mode,
        ms_of(min(bucket) FILTER (of_what = 'total' AND upto >= ceil(0.50 * answered))) AS p50,
        ms_of(min(bucket) FILTER (of_what = 'total' AND upto >= ceil(0.95 * answered))) AS p95,
        ms_of(min(bucket) FILTER (of_what = 'total' AND upto >= ceil(0.99 * answered))) AS p99,
        ms_of(min(bucket) FILTER (of_what = 'each' AND upto >= ceil(0.50 * answered)))
            AS ms_per_comment
    FROM ranked
    GROUP BY backend, mode
),
totals AS (
    SELECT
        backend, mode,
        CAST(sum(calls) AS BIGINT) AS calls,
        CAST(sum(answered) AS BIGINT) AS answered,
        CAST(sum(comments) AS BIGINT) AS comments,
        CAST(sum(errors) AS BIGINT) AS errors,
        sum(busy_us) / 1e6 AS busy_s,
        nullif(sum(answered_sum_ms), 0) AS answered_sum_ms,
        sum(first_stage_ms) AS first_stage_ms,
        sum(tokenize_ms) AS tokenize_ms,
        sum(compute_ms) AS compute_ms,
        sum(queue_ms) AS queue_ms,
        sum(network_ms) AS network_ms
    FROM picked
    GROUP BY backend, mode
)
SELECT
    backend, mode, calls, answered, comments, errors, p50, p95, p99, ms_per_comment,
    comments / nullif(busy_s, 0) AS comments_per_busy_s,
    first_stage_ms / answered_sum_ms AS first_stage_share,
    tokenize_ms / answered_sum_ms AS tokenize_share,
    compute_ms / answered_sum_ms AS compute_share,
    queue_ms / answered_sum_ms AS queue_share,
    network_ms / answered_sum_ms AS network_share,
    greatest(
        0,
        1 - (first_stage_ms + tokenize_ms + compute_ms + queue_ms + network_ms) / answered_sum_ms
    ) AS other_share
FROM totals
LEFT JOIN quantiles USING (backend, mode)
ORDER BY calls DESC, backend, mode
