SELECT
    count(*) AS calls,
    count(answered_ms) AS answered,
    coalesce(sum(scored), 0) AS comments,
    count(*) FILTER (has_error) AS errors,
    coalesce(sum(cache_hits), 0) AS cache_hits,
    coalesce(sum(first_stage_count), 0) AS cleared,
    quantile_cont(answered_ms, 0.50) AS p50,
    quantile_cont(answered_ms, 0.95) AS p95,
    quantile_cont(answered_ms, 0.99) AS p99,
    min(started_at) AS first_at,
    max(ended_at) AS last_at
FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
