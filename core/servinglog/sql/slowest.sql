-- A log of another server rarely tells how long a text was.
SELECT
    started_at, backend, mode, batch_size,
    CASE WHEN mode = 'import' THEN nullif(chars, 0) ELSE chars END AS chars,
    total_ms, queue_ms, tokenize_ms, compute_ms, network_ms, error_kind, model_version, request_id
FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
ORDER BY total_ms DESC, request_id
LIMIT $limit
