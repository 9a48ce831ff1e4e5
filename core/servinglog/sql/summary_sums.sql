-- As summary.sql, from sums: a percentile is the middle of the bucket with the call at its rank.
WITH picked AS (
    SELECT * FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
spread AS (
    SELECT bucket, sum(n) AS n
    FROM (SELECT unnest(total_buckets) AS bucket, unnest(total_counts) AS n FROM picked)
    GROUP BY bucket
),
ranked AS (
    SELECT
        bucket, sum(n) OVER (ORDER BY bucket) AS upto, CAST(sum(n) OVER () AS BIGINT) AS answered
    FROM spread
),
quantiles AS (
    SELECT
        ms_of(min(bucket) FILTER (upto >= ceil(0.50 * answered))) AS p50,
        ms_of(min(bucket) FILTER (upto >= ceil(0.95 * answered))) AS p95,
        ms_of(min(bucket) FILTER (upto >= ceil(0.99 * answered))) AS p99
    FROM ranked
),
totals AS (
    SELECT
        CAST(coalesce(sum(calls), 0) AS BIGINT) AS calls,
        CAST(coalesce(sum(answered), 0) AS BIGINT) AS answered,
        CAST(coalesce(sum(comments), 0) AS BIGINT) AS comments,
        CAST(coalesce(sum(errors), 0) AS BIGINT) AS errors,
        CAST(coalesce(sum(cache_hits), 0) AS BIGINT) AS cache_hits,
        CAST(coalesce(sum(cleared), 0) AS BIGINT) AS cleared,
        min(first_at) AS first_at,
        least($until, max(last_at)) AS last_at
    FROM picked
)
SELECT calls, answered, comments, errors, cache_hits, cleared, p50, p95, p99, first_at, last_at
FROM totals CROSS JOIN quantiles
