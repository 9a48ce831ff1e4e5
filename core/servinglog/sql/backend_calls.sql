-- One row per backend, over all modes. `usual_error` is the most frequent error kind, not counting
-- calls that were skipped because earlier ones had failed.
SELECT
    backend,
    count(*) AS calls,
    count(answered_ms) AS answered,
    count(*) FILTER (has_error) AS errors,
    quantile_cont(answered_ms, 0.95) AS p95,
    mode(error_kind) FILTER (error_kind <> $left_alone) AS usual_error
FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
GROUP BY backend
ORDER BY calls DESC, backend
