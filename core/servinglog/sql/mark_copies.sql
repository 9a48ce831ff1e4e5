-- The lines to look at are found by `identity`, which is cheap; copies are the same in every field.
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT identity FROM {table} WHERE {scope} GROUP BY identity HAVING count(*) > 1;
UPDATE {table} SET is_copy = false WHERE is_copy AND {scope};
UPDATE {table} SET is_copy = true
FROM (
    SELECT segment_id, line_number
    FROM {table}
    WHERE identity IN (SELECT identity FROM repeated)
    QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY segment_id, line_number) > 1
) AS later
WHERE {table}.segment_id = later.segment_id AND {table}.line_number = later.line_number
