-- A torn last line comes out as a row of NULLs (ignore_errors), a wrongly typed field as a NULL.
INSERT INTO calls
SELECT
    parse_filename(filename), request_id, started_at, mode, backend, model_version, batch_size, chars,
    total_ms, queue_ms, tokenize_ms, compute_ms, network_ms, coalesce(error_count, 0), error_kind,
    coalesce(cache_hits, 0), first_stage_ms, coalesce(first_stage_count, 0),
    coalesce(audit_count, 0), coalesce(audit_missed, 0), coalesce(flag_count, 0)
FROM read_json(
    $files,
    format = 'newline_delimited',
    ignore_errors = true,
    filename = true,
    hive_partitioning = false,  -- a folder above named `mode=x` is no column
    columns = {
        request_id: 'VARCHAR', started_at: 'TIMESTAMP', mode: 'VARCHAR', backend: 'VARCHAR',
        model_version: 'VARCHAR', batch_size: 'INTEGER', chars: 'INTEGER', total_ms: 'DOUBLE',
        queue_ms: 'DOUBLE', tokenize_ms: 'DOUBLE', compute_ms: 'DOUBLE', network_ms: 'DOUBLE',
        error_count: 'INTEGER', error_kind: 'VARCHAR', cache_hits: 'INTEGER',
        first_stage_ms: 'DOUBLE', first_stage_count: 'INTEGER', audit_count: 'INTEGER',
        audit_missed: 'INTEGER', flag_count: 'INTEGER'
    }
)
WHERE request_id IS NOT NULL AND started_at IS NOT NULL AND mode IS NOT NULL
    AND backend IS NOT NULL AND batch_size > 0 AND total_ms >= 0
