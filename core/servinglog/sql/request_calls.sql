-- The calls of one request around a time: one of them has the id $id.
WITH near AS (
    SELECT * FROM calls WHERE started_at >= $since AND started_at < $until
),
asked AS (
    SELECT DISTINCT caller_request_id FROM near
    WHERE request_id = $id AND caller_request_id IS NOT NULL
)
SELECT {names}
FROM near
WHERE request_id = $id OR caller_request_id IN (SELECT caller_request_id FROM asked)
ORDER BY started_at, request_id
LIMIT $limit
