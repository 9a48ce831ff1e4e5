-- The mean milliseconds of each phase of an answered call, by bucket of time, and by series (with no
-- bucket). The phases are those of core.servinglog.phases: what nobody told is part of the last three.
WITH told AS (
    SELECT
        time_bucket(to_seconds($bucket_s), started_at) AS bucket_at, backend, mode, total_ms,
        location <> 'in_process' AND server_ms IS NULL AND network_ms IS NOT NULL AS is_unsplit,
        location <> 'in_process' AND server_ms IS NULL AND network_ms IS NULL AS tells_nothing,
        greatest(0, coalesce(queue_ms, 0) - coalesce(server_queue_ms, 0)) AS queue,
        coalesce(wait_ms, 0) AS wait,
        coalesce(first_stage_ms, 0) AS first_stage,
        coalesce(network_ms, 0) AS network,
        coalesce(server_queue_ms, 0) AS server_queue,
        coalesce(tokenize_ms, 0) AS tokenize,
        coalesce(compute_ms, 0) AS compute,
        greatest(0, coalesce(
            server_ms - coalesce(server_queue_ms, 0) - coalesce(tokenize_ms, 0) - coalesce(compute_ms, 0), 0
        )) AS server
    FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
    WHERE error_kind IS NULL
),
rest AS (
    SELECT
        *,
        greatest(
            0,
            total_ms - queue - wait - first_stage - network - server_queue - tokenize - compute - server
        ) AS rest
    FROM told
),
means AS (
    SELECT
        bucket_at, backend, mode,
        avg(if(is_unsplit, 0, queue) + wait) AS "client queue",
        avg(if(is_unsplit, queue, 0)) AS "queue, here or there",
        avg(first_stage) AS "first stage",
        avg(network) AS network,
        avg(server_queue) AS "server queue",
        avg(tokenize) AS tokenize,
        avg(compute) AS compute,
        avg(server) AS "server, not told apart",
        avg(if(tells_nothing, rest, 0)) AS "network and server, not told apart",
        avg(if(tells_nothing, 0, rest)) AS other
    FROM rest
    GROUP BY GROUPING SETS ((bucket_at), (backend, mode))
)
UNPIVOT means ON COLUMNS(* EXCLUDE (bucket_at, backend, mode)) INTO NAME phase VALUE ms
ORDER BY backend, mode, bucket_at, phase
