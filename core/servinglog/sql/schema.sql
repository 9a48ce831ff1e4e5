-- Segments below 0 are objects of the shared store. Of the store, only the rows of the hours that a
-- query asks for are loaded; these sums of the ledger, one for each object and key, stand for the
-- others. The key is backend and mode, or the reason of a refusal.
CREATE TABLE segments (segment_id INTEGER, name VARCHAR);
CREATE TABLE stored_groups (
    root VARCHAR, hour TIMESTAMP, key VARCHAR[], first_at TIMESTAMP, last_at TIMESTAMP, count BIGINT
);
-- The same of the archive, whose rows are in no table: for a cursor that needs some of them, the
-- views `calls` and `refusals` include them, as segment 0.
CREATE TABLE archived_groups (
    root VARCHAR, hour TIMESTAMP, key VARCHAR[], first_at TIMESTAMP, last_at TIMESTAMP, count BIGINT
);
CREATE VIEW hour_groups AS FROM stored_groups UNION ALL FROM archived_groups;

-- The views for all queries: each call and each refusal once, times in UTC.
CREATE VIEW calls AS
    SELECT *, CAST(NULL AS VARCHAR) AS process FROM call_lines WHERE NOT (is_copy OR is_archived);
CREATE VIEW refusals AS
    SELECT *, CAST(NULL AS VARCHAR) AS process FROM refusal_lines WHERE NOT (is_copy OR is_archived);

-- NULL chooses all.
CREATE MACRO is_chosen(mode, backend, model, modes, backends, models) AS
    (modes IS NULL OR list_contains(modes, mode))
    AND (backends IS NULL OR list_contains(backends, backend))
    AND (models IS NULL OR list_contains(models, model));

-- Calls that started in [since, until); a NULL list means all. Percentiles are of answered calls
-- only: failures that return at once would make them look good. A call's end is cut at the end of
-- the window, also when its clock ran ahead.
CREATE MACRO chosen(since, until, modes, backends, models := NULL) AS TABLE
    SELECT
        *,
        CASE WHEN error_kind IS NULL THEN total_ms END AS answered_ms,
        CASE WHEN error_kind IS NULL THEN batch_size - error_count ELSE 0 END AS scored,
        (error_kind IS NOT NULL OR error_count > 0) AS has_error,
        least(until, started_at + to_microseconds(CAST(total_ms * 1000 AS BIGINT))) AS ended_at
    FROM calls
    WHERE started_at >= since AND started_at < until
        AND is_chosen(mode, backend, model_version, modes, backends, models);

-- Sums count calls by buckets of time, each 4 % wide: what stands for a bucket is at most 2 % away
-- from all times in it. Below half a microsecond there is one bucket.
CREATE MACRO bucket_of(ms) AS CAST(ceil(ln(greatest(ms, 0.0005)) / ln(1.02 / 0.98)) AS SMALLINT);
CREATE MACRO ms_of(bucket) AS 2 * pow(1.02 / 0.98, bucket) / (1.02 / 0.98 + 1);
