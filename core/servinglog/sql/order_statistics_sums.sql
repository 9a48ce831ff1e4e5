-- As order_statistics.sql, from sums: the middle of the bucket with the call at that place.
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
wanted AS (
    SELECT unnest(CAST($shares AS DOUBLE[])) AS share, generate_subscripts(CAST($shares AS DOUBLE[]), 1) AS place
),
found AS (
    SELECT place, ms_of(min(bucket)) AS ms
    FROM wanted JOIN ranked ON upto >= ceil(share * answered)
    GROUP BY place
)
SELECT list(ms ORDER BY place) AS found FROM found
