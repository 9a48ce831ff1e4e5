-- One batch of a segment's lines, each as `encode` spells it. `identity` is of all that a line says:
-- calls that share a request id, as those of a fallback, differ in something else.
INSERT INTO {table}
WITH read AS (
    SELECT line_number, hash(line) AS identity, json_transform(line, '{structure}') AS parsed
    FROM batch
),
converted AS (SELECT line_number, {columns}, identity FROM read)
SELECT $segment, line_number, {names}, {sound} AS is_sound, identity, false AS is_copy
FROM converted
