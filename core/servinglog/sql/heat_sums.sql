-- As heat.sql, from sums.
WITH picked AS (
    SELECT
        time_bucket(to_seconds($bucket_s), bucket_at) AS bucket_at,
        CAST(unnest(total_buckets) AS INTEGER) AS bucket, unnest(total_counts) AS n
    FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
steps AS (
    SELECT min(bucket) AS lowest, CAST(ceil((max(bucket) - min(bucket) + 1) / $rows) AS INTEGER) AS step
    FROM picked
),
placed AS (
    SELECT bucket_at, lowest + (bucket - lowest) // step * step AS first, step, n
    FROM picked CROSS JOIN steps
)
SELECT
    bucket_at,
    pow(1.02 / 0.98, first - 1) AS from_ms,
    pow(1.02 / 0.98, first + step - 1) AS to_ms,
    CAST(sum(n) AS BIGINT) AS calls
FROM placed
GROUP BY bucket_at, first, step
ORDER BY bucket_at, from_ms
