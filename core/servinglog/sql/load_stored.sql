-- Inserts rows that were valid when they were uploaded. `identity` is that of the same line in a file.
INSERT INTO {table}
SELECT
    segment_id, line_number, {names},
    NULL AS unsound_line,
    hash({identity}) AS identity,
    false AS is_copy,
    false AS is_archived
FROM stored_rows
