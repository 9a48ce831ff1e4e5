-- Requests with refused ones, the most in one minute, and how many 19 of 20 minutes with any have at
-- most; the minutes count back from the end.
WITH happened AS (
    SELECT started_at AS moment, 1 AS number FROM calls
    WHERE started_at >= $since AND started_at < $until
        AND list_contains(CAST($live_modes AS VARCHAR[]), mode)
    UNION ALL
    SELECT refused_at, refused_count FROM refusals
    WHERE refused_at >= $since AND refused_at < $until
),
minutes AS (
    SELECT (epoch_us($until) - epoch_us(moment) - 1) // 60000000 AS age, sum(number) AS number
    FROM happened
    GROUP BY age
)
SELECT
    CAST(coalesce(sum(number), 0) AS BIGINT) AS requests,
    CAST(coalesce(max(number), 0) AS BIGINT) AS most_in_a_minute,
    CAST(coalesce(quantile_disc(number, 0.95), 0) AS BIGINT) AS busy_minute
FROM minutes
