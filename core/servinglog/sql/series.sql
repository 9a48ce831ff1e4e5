-- One row per bucket and series, including empty buckets (percentiles NULL, counts 0), so that a
-- pause is a gap in a line and a zero in an area. Rows without backend and mode are all series
-- together.
WITH picked AS (
    SELECT *, time_bucket(to_seconds($bucket_s), started_at) AS bucket
    FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
),
measured AS (
    SELECT
        bucket, backend, mode,
        count(*) AS calls,
        quantile_cont(answered_ms, 0.50) AS p50,
        quantile_cont(answered_ms, 0.95) AS p95,
        quantile_cont(answered_ms, 0.99) AS p99,
        sum(scored) AS comments,
        count(*) FILTER (has_error) AS errors
    FROM picked
    GROUP BY GROUPING SETS ((bucket), (bucket, backend, mode))
),
grid AS (
    SELECT buckets.bucket, series.backend, series.mode
    FROM (
        SELECT unnest(range(min(bucket), max(bucket) + to_seconds($bucket_s), to_seconds($bucket_s)))
            AS bucket
        FROM picked
    ) AS buckets
    CROSS JOIN (SELECT DISTINCT backend, mode FROM measured) AS series
)
SELECT
    grid.bucket AS bucket_at, grid.backend, grid.mode,
    coalesce(calls, 0) AS calls, p50, p95, p99,
    coalesce(comments, 0) / CAST($bucket_s AS DOUBLE) AS comments_per_s,
    coalesce(errors, 0) AS errors
FROM grid
LEFT JOIN measured
    ON measured.bucket = grid.bucket
    AND measured.backend IS NOT DISTINCT FROM grid.backend
    AND measured.mode IS NOT DISTINCT FROM grid.mode
ORDER BY grid.backend, grid.mode, bucket_at
