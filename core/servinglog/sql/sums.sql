-- Sums of calls by minute, series and model. `busy_us` is the time in which a call ran that no
-- earlier call of its series covers, so that it adds up to the time in which any ran. `slowest_ms` is
-- of all calls; the buckets count the answered ones by time, and by time a comment.
WITH running AS (
    SELECT
        *,
        epoch_us(started_at) AS start_us,
        epoch_us(ended_at) AS end_us,
        max(epoch_us(ended_at)) OVER (
            PARTITION BY backend, mode ORDER BY started_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS busy_until_us
    FROM chosen({since}, {until}, CAST(NULL AS VARCHAR[]), CAST(NULL AS VARCHAR[]))
),
dated AS (
    SELECT
        *,
        time_bucket(to_minutes(1), started_at) AS bucket_at,
        greatest(0, end_us - greatest(start_us, coalesce(busy_until_us, start_us))) AS new_us
    FROM running
),
summed AS (
    SELECT
        bucket_at, backend, mode, model_version,
        count(*) AS calls,
        count(answered_ms) AS answered,
        CAST(sum(scored) AS BIGINT) AS comments,
        count(*) FILTER (has_error) AS errors,
        CAST(sum(cache_hits) AS BIGINT) AS cache_hits,
        CAST(sum(first_stage_count) AS BIGINT) AS cleared,
        CAST(sum(audit_count) AS BIGINT) AS audited,
        CAST(sum(audit_missed) AS BIGINT) AS missed,
        CAST(sum(flag_count) AS BIGINT) AS flagged,
        min(started_at) AS first_at,
        max(ended_at) AS last_at,
        CAST(sum(new_us) AS BIGINT) AS busy_us,
        max(total_ms) AS slowest_ms,
        coalesce(sum(answered_ms), 0) AS answered_sum_ms,
        coalesce(sum(first_stage_ms) FILTER (error_kind IS NULL), 0) AS first_stage_ms,
        coalesce(sum(tokenize_ms) FILTER (error_kind IS NULL), 0) AS tokenize_ms,
        coalesce(sum(compute_ms) FILTER (error_kind IS NULL), 0) AS compute_ms,
        coalesce(sum(queue_ms) FILTER (error_kind IS NULL), 0) AS queue_ms,
        coalesce(sum(network_ms) FILTER (error_kind IS NULL), 0) AS network_ms
    FROM dated
    GROUP BY ALL
),
total_spread AS (
    SELECT
        bucket_at, backend, mode, model_version,
        list(bucket ORDER BY bucket) AS total_buckets, list(n ORDER BY bucket) AS total_counts
    FROM (
        SELECT bucket_at, backend, mode, model_version, bucket_of(answered_ms) AS bucket, count(*) AS n
        FROM dated WHERE error_kind IS NULL GROUP BY ALL
    )
    GROUP BY ALL
),
each_spread AS (
    SELECT
        bucket_at, backend, mode, model_version,
        list(bucket ORDER BY bucket) AS each_buckets, list(n ORDER BY bucket) AS each_counts
    FROM (
        SELECT
            bucket_at, backend, mode, model_version,
            bucket_of(answered_ms / batch_size) AS bucket, count(*) AS n
        FROM dated WHERE error_kind IS NULL GROUP BY ALL
    )
    GROUP BY ALL
)
SELECT *
FROM summed
LEFT JOIN total_spread USING (bucket_at, backend, mode, model_version)
LEFT JOIN each_spread USING (bucket_at, backend, mode, model_version)
