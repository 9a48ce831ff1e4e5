-- Marks lines that the archive has already. `identity` finds them, and all fields decide; durations
-- are compared as they are archived.
UPDATE {table} SET is_archived = true
FROM (
    SELECT one.segment_id, one.line_number
    FROM {table} AS one
    JOIN ({archived}) AS other
        ON one.identity = hash({identity}) AND {same}
    WHERE {scope} AND NOT one.is_archived
) AS found
WHERE {table}.segment_id = found.segment_id AND {table}.line_number = found.line_number
