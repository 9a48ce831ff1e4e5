SELECT reason, CAST(sum(refused_count) AS BIGINT) AS requests, max(refused_at) AS last_at
FROM refusals
WHERE refused_at >= $since AND refused_at < $until
GROUP BY reason
ORDER BY requests DESC, reason
