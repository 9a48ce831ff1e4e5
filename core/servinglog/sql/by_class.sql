-- Answered calls by how many comments they had, and by how long those were: classes up to a power of
-- two. For the length the times are those of a comment, not of a call. Lengths that nobody told are
-- left out.
WITH answered AS (
    SELECT answered_ms, batch_size, chars / batch_size AS length
    FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
    WHERE answered_ms IS NOT NULL
),
classed AS (
    SELECT 'size' AS of_what, CAST(pow(2, ceil(log2(batch_size))) AS BIGINT) AS upto, answered_ms AS ms
    FROM answered
    UNION ALL
    SELECT 'length', CAST(greatest(32, pow(2, ceil(log2(length)))) AS BIGINT), answered_ms / batch_size
    FROM answered
    WHERE length > 0
)
SELECT
    of_what, upto, count(*) AS calls, median(ms) AS p50, quantile_cont(ms, 0.95) AS p95
FROM classed
GROUP BY of_what, upto
ORDER BY of_what, upto
