SELECT {names}
FROM {view}
WHERE {time} >= $since AND {time} < $until
ORDER BY {time} DESC, {id} DESC
LIMIT $limit
