-- Calls by blocks of time from $first on, and how many of the answered ones took longer than each
-- percentile of them all. Blocks without a call are left out.
SELECT
    greatest(0, least($blocks - 1, (epoch_us(started_at) - epoch_us($first)) // $block_us)) AS place,
    count(*) AS calls,
    count(answered_ms) AS answered,
    count(*) FILTER (has_error) AS errors,
    CAST(sum(scored) AS BIGINT) AS comments,
    count(*) FILTER (answered_ms > $p50) AS above_p50,
    count(*) FILTER (answered_ms > $p95) AS above_p95,
    count(*) FILTER (answered_ms > $p99) AS above_p99
FROM chosen(
    $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
    models := CAST($models AS VARCHAR[])
)
GROUP BY place
ORDER BY place
