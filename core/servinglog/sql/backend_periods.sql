-- One row per backend in live traffic. Medians are of the answered calls; those of a phase are NULL
-- where no call knows it. `chars` and `size` are the median text and the median number of texts.
WITH live AS (
    SELECT
        *,
        (error_kind IS NOT NULL AND NOT list_contains(CAST($answer_kinds AS VARCHAR[]), error_kind))
            AS is_failed
    FROM chosen($since, $until, CAST($live_modes AS VARCHAR[]), NULL)
),
kinds AS (
    SELECT backend, map_from_entries(list((error_kind, number))) AS failures
    FROM (
        SELECT backend, error_kind, count(*) AS number FROM live WHERE is_failed
        GROUP BY backend, error_kind
    )
    GROUP BY backend
),
measured AS (
    SELECT
        backend,
        count(*) AS calls,
        count(answered_ms) AS answered,
        median(answered_ms) AS p50,
        quantile_cont(answered_ms, 0.95) AS p95,
        median(queue_ms) FILTER (answered_ms IS NOT NULL) AS queue_ms,
        median(tokenize_ms) FILTER (answered_ms IS NOT NULL) AS tokenize_ms,
        median(compute_ms) FILTER (answered_ms IS NOT NULL) AS compute_ms,
        median(network_ms) FILTER (answered_ms IS NOT NULL) AS network_ms,
        median(chars / batch_size) AS chars,
        median(batch_size) AS size,
        count(*) FILTER (attempts > 1) AS retried
    FROM live
    GROUP BY backend
)
SELECT
    backend, calls, answered, p50, p95, queue_ms, tokenize_ms, compute_ms, network_ms, chars, size,
    retried, coalesce(failures, CAST(MAP {} AS MAP(VARCHAR, BIGINT))) AS failures
FROM measured
LEFT JOIN kinds USING (backend)
ORDER BY calls DESC, backend
