-- As blocks.sql, from sums; blocks are whole minutes.
WITH picked AS (
    SELECT
        *,
        greatest(0, least($blocks - 1, (epoch_us(bucket_at) - epoch_us($first)) // $block_us)) AS place
    FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
totals AS (
    SELECT
        place,
        CAST(sum(calls) AS BIGINT) AS calls,
        CAST(sum(answered) AS BIGINT) AS answered,
        CAST(sum(errors) AS BIGINT) AS errors,
        CAST(sum(comments) AS BIGINT) AS comments
    FROM picked
    GROUP BY place
),
spread AS (
    SELECT place, unnest(total_buckets) AS bucket, unnest(total_counts) AS n FROM picked
),
slower AS (
    SELECT
        place,
        CAST(sum(n) FILTER (bucket > bucket_of($p50)) AS BIGINT) AS above_p50,
        CAST(sum(n) FILTER (bucket > bucket_of($p95)) AS BIGINT) AS above_p95,
        CAST(sum(n) FILTER (bucket > bucket_of($p99)) AS BIGINT) AS above_p99
    FROM spread
    GROUP BY place
)
SELECT
    place, calls, answered, errors, comments,
    coalesce(above_p50, 0), coalesce(above_p95, 0), coalesce(above_p99, 0)
FROM totals
LEFT JOIN slower USING (place)
ORDER BY place
