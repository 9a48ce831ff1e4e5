SELECT {names}
FROM refusals
WHERE refusal_id = $id OR caller_request_id = $id OR trace_id = $id
ORDER BY refused_at, refusal_id
LIMIT $limit
