-- By backend, the answered calls that found it cold, and the others: the first call of a process to it,
-- or the first after an idle time. The rows begin that idle time before the window.
WITH processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
made AS (
    SELECT
        backend, started_at, ended_at, answered_ms,
        coalesce(one.process, processes.process, '') AS process
    FROM chosen(
        $earlier, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    ) AS one
    LEFT JOIN processes USING (segment_id)
),
ordered AS (
    SELECT
        *,
        max(ended_at) OVER (
            PARTITION BY backend, process ORDER BY started_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before_at
    FROM made
),
told AS (
    SELECT
        backend, started_at, answered_ms,
        before_at IS NULL OR started_at >= before_at + to_seconds($idle_s) AS is_cold
    FROM ordered
    WHERE started_at >= $since
)
SELECT
    backend,
    count(*) FILTER (is_cold) AS cold,
    median(answered_ms) FILTER (is_cold) AS cold_ms,
    max(answered_ms) FILTER (is_cold) AS slowest_ms,
    median(answered_ms) FILTER (NOT is_cold) AS warm_ms,
    max(started_at) FILTER (is_cold) AS last_at
FROM told
GROUP BY backend
HAVING count(*) FILTER (is_cold) > 0
ORDER BY cold DESC, backend
