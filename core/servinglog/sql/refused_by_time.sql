-- Refused requests of [since, until) by steps of time from $first on. Of the archive and the shared
-- store, whole hours of which no row is read are counted by their sums, at the hour's beginning.
WITH found AS (
    SELECT refused_at, refused_count, segment_id FROM refusals
    WHERE refused_at >= $since AND refused_at < $until
),
counted AS (
    SELECT refused_at AS moment, refused_count AS requests FROM found
    UNION ALL
    SELECT hour, count FROM hour_groups
    WHERE root = 'refusals' AND hour >= $whole_since AND hour < $whole_until
        AND hour NOT IN (SELECT date_trunc('hour', refused_at) FROM found WHERE segment_id <= 0)
)
SELECT
    CAST(floor((epoch_us(moment) - epoch_us($first)) / $step_us) AS BIGINT) AS place,
    CAST(sum(requests) AS BIGINT) AS requests
FROM counted
GROUP BY place
