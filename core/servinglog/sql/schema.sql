-- Segments below 0 are objects of the shared store. Of the store, only the rows of the hours that a
-- query asks for are loaded; these sums of the ledger, one for each object and key, stand for the
-- others. The key is backend and mode, or the reason of a refusal.
CREATE TABLE segments (segment_id INTEGER, name VARCHAR);
CREATE TABLE stored_groups (
    root VARCHAR, hour TIMESTAMP, key VARCHAR[], first_at TIMESTAMP, last_at TIMESTAMP, count BIGINT
);

-- The views for all queries: each call and each refusal once, times in UTC.
CREATE VIEW calls AS SELECT * FROM call_lines WHERE NOT is_copy;
CREATE VIEW refusals AS SELECT * FROM refusal_lines WHERE NOT is_copy;

-- Calls that started in [since, until); a NULL list means all. Percentiles are of answered calls
-- only: failures that return at once would make them look good. A call's end is cut at the end of
-- the window, also when its clock ran ahead.
CREATE MACRO chosen(since, until, modes, backends) AS TABLE
    SELECT
        *,
        CASE WHEN error_kind IS NULL THEN total_ms END AS answered_ms,
        CASE WHEN error_kind IS NULL THEN batch_size - error_count ELSE 0 END AS scored,
        (error_kind IS NOT NULL OR error_count > 0) AS has_error,
        least(until, started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT))) AS ended_at
    FROM calls
    WHERE started_at >= since AND started_at < until
        AND (modes IS NULL OR list_contains(modes, mode))
        AND (backends IS NULL OR list_contains(backends, backend));
