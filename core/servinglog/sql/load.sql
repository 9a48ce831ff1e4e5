-- Inserts lines, each exactly as `encode` writes it. What DuckDB refuses as JSON is null in all
-- fields, and so not sound. `identity` is the same for lines that are copies: calls with the same
-- request id, like those of a fallback, mostly differ in their time.
INSERT INTO {table}
WITH read AS (
    SELECT segment_id, line_number, line, TRY(json_transform(line, '{structure}')) AS parsed
    FROM batch
),
converted AS (SELECT segment_id, line_number, line, {columns} FROM read)
SELECT
    segment_id, line_number, {names},
    CASE WHEN {sound} THEN NULL ELSE line END AS unsound_line,
    hash({identity}) AS identity,
    false AS is_copy,
    false AS is_archived
FROM converted
