-- As revisions.sql, from sums.
SELECT backend, model_version, min(first_at) AS first_at, CAST(sum(calls) AS BIGINT) AS calls
FROM sums
WHERE is_chosen(
        mode, backend, model_version,
        CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]), CAST($models AS VARCHAR[])
    )
GROUP BY backend, model_version
ORDER BY backend, first_at DESC, model_version
