-- Inserts one batch of a segment's lines, each exactly as `encode` writes it. `identity` is a hash
-- of the whole line: calls with the same request id, like those of a fallback, differ in other
-- fields.
INSERT INTO {table}
WITH read AS (
    SELECT line_number, hash(line) AS identity, json_transform(line, '{structure}') AS parsed
    FROM batch
),
converted AS (SELECT line_number, {columns}, identity FROM read)
SELECT $segment, line_number, {names}, {sound} AS is_sound, identity, false AS is_copy
FROM converted
