-- Sums of the relation {of} added up by {step}, series and model.
WITH dated AS (
    SELECT * REPLACE (time_bucket({step}, bucket_at) AS bucket_at) FROM {of}
),
summed AS (
    SELECT
        bucket_at, backend, mode, model_version,
        CAST(sum(calls) AS BIGINT) AS calls,
        CAST(sum(answered) AS BIGINT) AS answered,
        CAST(sum(comments) AS BIGINT) AS comments,
        CAST(sum(errors) AS BIGINT) AS errors,
        CAST(sum(cache_hits) AS BIGINT) AS cache_hits,
        CAST(sum(cleared) AS BIGINT) AS cleared,
        CAST(sum(audited) AS BIGINT) AS audited,
        CAST(sum(missed) AS BIGINT) AS missed,
        CAST(sum(flagged) AS BIGINT) AS flagged,
        min(first_at) AS first_at,
        max(last_at) AS last_at,
        CAST(sum(busy_us) AS BIGINT) AS busy_us,
        max(slowest_ms) AS slowest_ms,
        sum(answered_sum_ms) AS answered_sum_ms,
        sum(first_stage_ms) AS first_stage_ms,
        sum(tokenize_ms) AS tokenize_ms,
        sum(compute_ms) AS compute_ms,
        sum(queue_ms) AS queue_ms,
        sum(network_ms) AS network_ms
    FROM dated
    GROUP BY ALL
),
total_spread AS (
    SELECT
        bucket_at, backend, mode, model_version,
        list(bucket ORDER BY bucket) AS total_buckets, list(n ORDER BY bucket) AS total_counts
    FROM (
        SELECT bucket_at, backend, mode, model_version, bucket, CAST(sum(n) AS BIGINT) AS n
        FROM (
            SELECT
                bucket_at, backend, mode, model_version,
                unnest(total_buckets) AS bucket, unnest(total_counts) AS n
            FROM dated
        )
        GROUP BY ALL
    )
    GROUP BY ALL
),
each_spread AS (
    SELECT
        bucket_at, backend, mode, model_version,
        list(bucket ORDER BY bucket) AS each_buckets, list(n ORDER BY bucket) AS each_counts
    FROM (
        SELECT bucket_at, backend, mode, model_version, bucket, CAST(sum(n) AS BIGINT) AS n
        FROM (
            SELECT
                bucket_at, backend, mode, model_version,
                unnest(each_buckets) AS bucket, unnest(each_counts) AS n
            FROM dated
        )
        GROUP BY ALL
    )
    GROUP BY ALL
)
SELECT *
FROM summed
LEFT JOIN total_spread USING (bucket_at, backend, mode, model_version)
LEFT JOIN each_spread USING (bucket_at, backend, mode, model_version)
ORDER BY backend, mode, model_version, bucket_at
