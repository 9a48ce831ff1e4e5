-- Refused requests of [since, until) by reason. Of the archive and the shared store, rows of the hours at the two
-- edges are counted, and for the whole hours between them their sums.
SELECT reason, CAST(sum(requests) AS BIGINT) AS requests, max(last_at) AS last_at
FROM (
    SELECT reason, refused_count AS requests, refused_at AS last_at
    FROM refusals
    WHERE refused_at >= $since AND refused_at < $until
        AND (segment_id > 0 OR refused_at < $whole_since OR refused_at >= $whole_until)
    UNION ALL
    SELECT key[1], count, last_at
    FROM hour_groups
    WHERE root = 'refusals' AND hour >= $whole_since AND hour < $whole_until
)
GROUP BY reason
ORDER BY requests DESC, reason
