-- As phases.sql, from sums, which don't know where a call waited or what its server told as a whole.
WITH picked AS (
    SELECT *, time_bucket(to_seconds($bucket_s), bucket_at) AS bucket_start
    FROM sums
    WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
),
means AS (
    SELECT
        bucket_start AS bucket_at, backend, mode,
        sum(queue_ms) / sum(answered) AS "queue, here or there",
        sum(first_stage_ms) / sum(answered) AS "first stage",
        sum(network_ms) / sum(answered) AS network,
        sum(tokenize_ms) / sum(answered) AS tokenize,
        sum(compute_ms) / sum(answered) AS compute,
        greatest(
            0,
            sum(answered_sum_ms - queue_ms - first_stage_ms - network_ms - tokenize_ms - compute_ms)
        ) / sum(answered) AS other
    FROM picked
    WHERE answered > 0
    GROUP BY GROUPING SETS ((bucket_start), (backend, mode))
)
UNPIVOT means ON COLUMNS(* EXCLUDE (bucket_at, backend, mode)) INTO NAME phase VALUE ms
ORDER BY backend, mode, bucket_at, phase
