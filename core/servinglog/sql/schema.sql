-- The part of the log the questions read, one row a call. `segment` is the file it came from.
CREATE TABLE calls (
    segment       VARCHAR NOT NULL,
    request_id    VARCHAR NOT NULL,
    started_at    TIMESTAMP NOT NULL,  -- UTC
    mode          VARCHAR NOT NULL,
    backend       VARCHAR NOT NULL,
    model_version VARCHAR,
    batch_size    INTEGER NOT NULL,
    chars         INTEGER,
    total_ms      DOUBLE NOT NULL,
    queue_ms      DOUBLE,
    tokenize_ms   DOUBLE,
    compute_ms    DOUBLE,
    network_ms    DOUBLE,
    error_count   INTEGER NOT NULL,
    error_kind    VARCHAR,
    cache_hits        INTEGER NOT NULL,
    first_stage_ms    DOUBLE,
    first_stage_count INTEGER NOT NULL,
    audit_count       INTEGER NOT NULL,
    audit_missed      INTEGER NOT NULL,
    flag_count        INTEGER NOT NULL
);

-- Calls that started in [since, until); a NULL list means all. A percentile is one of the calls that
-- were answered: a failure that comes back at once would make it look good.
CREATE MACRO chosen(since, until, modes, backends) AS TABLE
    SELECT
        *,
        CASE WHEN error_kind IS NULL THEN total_ms END AS answered_ms,
        CASE WHEN error_kind IS NULL THEN batch_size - error_count ELSE 0 END AS scored,
        (error_kind IS NOT NULL OR error_count > 0) AS has_error,
        started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT)) AS ended_at
    FROM calls
    WHERE started_at >= since AND started_at < until
        AND (modes IS NULL OR list_contains(modes, mode))
        AND (backends IS NULL OR list_contains(backends, backend));
