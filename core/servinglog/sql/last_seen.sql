-- The last calls of each process to each backend. `failures` counts those since the last answer; a
-- rejected text or a bad score is an answer. Trials use separate connections, so they say nothing
-- about live scoring; imported calls are those of other servers. `trouble` is the newest failure that
-- was not a skipped call.
WITH processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
seen AS (
    SELECT
        backend, coalesce(calls.process, processes.process) AS process,
        started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT)) AS ended_at,
        error_kind,
        (error_kind IS NULL OR list_contains(CAST($answer_kinds AS VARCHAR[]), error_kind)) AS is_answer,
        list_contains(CAST($live_modes AS VARCHAR[]), mode) AS is_live
    FROM calls LEFT JOIN processes USING (segment_id)
    WHERE started_at >= $since AND started_at < $until AND mode NOT IN ('trial', 'import')
),
dated AS (
    SELECT
        *, max(ended_at) FILTER (is_answer) OVER (PARTITION BY backend, process) AS answered_at
    FROM seen
)
SELECT
    backend, process,
    max(ended_at) AS last_at,
    any_value(answered_at) AS answered_at,
    max(ended_at) FILTER (is_live AND error_kind IS NULL) AS live_at,
    count(*) FILTER (NOT is_answer AND (answered_at IS NULL OR ended_at > answered_at)) AS failures,
    nullif(arg_max(coalesce(error_kind, ''), ended_at), '') AS last_error,
    arg_max(error_kind, ended_at) FILTER (NOT is_answer AND error_kind <> $left_alone) AS trouble
FROM dated
GROUP BY backend, process
ORDER BY last_at DESC, backend, process
