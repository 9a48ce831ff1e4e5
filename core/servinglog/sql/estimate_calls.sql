-- Calls of one backend with the model and runtime of its newest answer, from which the time of a job
-- is estimated. A log of more than `limit` calls is thinned: the first calls of minutes that are
-- spread evenly over it, so that neighbours stay neighbours. `is_cold` is the first call of a
-- process, or the first after an idle time; cold calls are kept from any minute, the newest of them.
WITH processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
newest AS (
    SELECT arg_max(
        struct_pack(model := model_version, runtime := runtime, precision := precision), started_at
    ) AS is_of
    FROM chosen($since, $until, CAST($modes AS VARCHAR[]), [$backend])
    WHERE error_kind IS NULL
),
picked AS NOT MATERIALIZED (
    SELECT *, epoch_us(started_at) // 60000000 AS minute
    FROM chosen($since, $until, CAST($modes AS VARCHAR[]), [$backend])
    JOIN newest ON
        is_of.model = model_version AND is_of.runtime = runtime AND is_of.precision = precision
),
by_segment AS MATERIALIZED (
    SELECT
        minute, segment_id, process, count(*) AS n, min(started_at) AS first_at,
        max(ended_at) AS last_at
    FROM picked
    GROUP BY minute, segment_id, process
),
by_minute AS (
    SELECT
        minute, coalesce(by_segment.process, processes.process, '') AS process, sum(n) AS n,
        min(first_at) AS first_at, max(last_at) AS last_at
    FROM by_segment
    LEFT JOIN processes USING (segment_id)
    GROUP BY ALL
),
minutes AS (
    SELECT
        minute, sum(n) AS n, sum(sum(n)) OVER (ORDER BY minute) AS upto,
        sum(sum(n)) OVER () AS total
    FROM by_minute
    GROUP BY minute
),
kept AS (
    SELECT minute, if(total <= $limit, $limit, $limit // count(*) OVER ()) AS most
    FROM minutes
    WHERE total <= $limit OR floor(upto * $parts / total) > floor((upto - n) * $parts / total)
),
cold AS (
    SELECT process, first_at
    FROM (
        SELECT *, lag(last_at) OVER (PARTITION BY process ORDER BY minute) AS before_at
        FROM by_minute
    )
    WHERE first_at >= coalesce(before_at, $since) + to_seconds($idle_s)
    ORDER BY first_at DESC, process
    LIMIT $cold_limit
)
SELECT
    epoch_us(started_at) / 1e6 AS started_s,
    coalesce(picked.process, processes.process, '') AS process, mode, batch_size, chars, total_ms,
    error_kind IS NOT NULL AS is_failed, first_at IS NOT NULL AS is_cold, cache_hits,
    first_stage_count AS cleared
FROM picked
LEFT JOIN processes USING (segment_id)
LEFT JOIN kept USING (minute)
LEFT JOIN cold ON cold.process = coalesce(picked.process, processes.process, '')
    AND cold.first_at = picked.started_at
WHERE most IS NOT NULL OR first_at IS NOT NULL
QUALIFY first_at IS NOT NULL
    OR row_number() OVER (PARTITION BY minute ORDER BY started_at, request_id) <= most
ORDER BY started_at, request_id
