-- As revisions.sql, from sums.
SELECT backend, model_version, min(first_at) AS first_at, CAST(sum(calls) AS BIGINT) AS calls
FROM sums
WHERE (CAST($modes AS VARCHAR[]) IS NULL OR list_contains(CAST($modes AS VARCHAR[]), mode))
    AND (
        CAST($backends AS VARCHAR[]) IS NULL
        OR list_contains(CAST($backends AS VARCHAR[]), backend)
    )
    AND (
        CAST($models AS VARCHAR[]) IS NULL
        OR list_contains(CAST($models AS VARCHAR[]), model_version)
    )
GROUP BY backend, model_version
ORDER BY backend, first_at DESC, model_version
