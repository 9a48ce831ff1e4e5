SELECT {names}
FROM calls
WHERE request_id = $id OR caller_request_id = $id OR trace_id = $id
ORDER BY started_at, request_id
LIMIT $limit
