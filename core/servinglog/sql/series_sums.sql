-- As series.sql, from sums; buckets are whole minutes.
WITH picked AS (
    SELECT *, time_bucket(to_seconds($bucket_s), bucket_at) AS bucket_start
    FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
totals AS (
    SELECT
        bucket_start, backend, mode,
        CAST(sum(calls) AS BIGINT) AS calls,
        CAST(sum(comments) AS BIGINT) AS comments,
        CAST(sum(errors) AS BIGINT) AS errors
    FROM picked
    GROUP BY GROUPING SETS ((bucket_start), (bucket_start, backend, mode))
),
by_series AS (
    SELECT bucket_start, backend, mode, bucket, sum(n) AS n
    FROM (
        SELECT
            bucket_start, backend, mode,
            unnest(total_buckets) AS bucket, unnest(total_counts) AS n
        FROM picked
    )
    GROUP BY ALL
),
spread AS (
    SELECT bucket_start, backend, mode, bucket, sum(n) AS n
    FROM by_series
    GROUP BY GROUPING SETS ((bucket_start, bucket), (bucket_start, backend, mode, bucket))
),
ranked AS (
    SELECT
        *,
        sum(n) OVER (PARTITION BY bucket_start, backend, mode ORDER BY bucket) AS upto,
        CAST(sum(n) OVER (PARTITION BY bucket_start, backend, mode) AS BIGINT) AS answered
    FROM spread
),
quantiles AS (
    SELECT
        bucket_start, backend, mode,
        ms_of(min(bucket) FILTER (upto >= ceil(0.50 * answered))) AS p50,
        ms_of(min(bucket) FILTER (upto >= ceil(0.95 * answered))) AS p95,
        ms_of(min(bucket) FILTER (upto >= ceil(0.99 * answered))) AS p99
    FROM ranked
    GROUP BY bucket_start, backend, mode
),
grid AS (
    SELECT buckets.bucket_start, series.backend, series.mode
    FROM (
        SELECT
            unnest(
                range(
                    min(bucket_start), max(bucket_start) + to_seconds($bucket_s),
                    to_seconds($bucket_s)
                )
            ) AS bucket_start
        FROM picked
    ) AS buckets
    CROSS JOIN (SELECT DISTINCT backend, mode FROM totals) AS series
)
SELECT
    grid.bucket_start AS bucket_at, grid.backend, grid.mode,
    coalesce(calls, 0) AS calls, p50, p95, p99,
    coalesce(comments, 0) / CAST($bucket_s AS DOUBLE) AS comments_per_s,
    coalesce(errors, 0) AS errors
FROM grid
LEFT JOIN totals
    ON totals.bucket_start = grid.bucket_start
    AND totals.backend IS NOT DISTINCT FROM grid.backend
    AND totals.mode IS NOT DISTINCT FROM grid.mode
LEFT JOIN quantiles
    ON quantiles.bucket_start = grid.bucket_start
    AND quantiles.backend IS NOT DISTINCT FROM grid.backend
    AND quantiles.mode IS NOT DISTINCT FROM grid.mode
ORDER BY grid.backend, grid.mode, bucket_at
