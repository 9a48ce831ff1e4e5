UPDATE {table} SET is_copy = false WHERE is_copy;
UPDATE {table} SET is_copy = true
FROM (
    SELECT segment, line_number
    FROM {table}
    WHERE identity IN ({repeated})
    QUALIFY row_number() OVER (PARTITION BY identity ORDER BY segment, line_number) > 1
) AS later
WHERE {table}.segment = later.segment AND {table}.line_number = later.line_number
