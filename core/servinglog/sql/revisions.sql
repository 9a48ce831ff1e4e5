-- Model versions by backend, the one that began last first.
SELECT backend, model_version, min(started_at) AS first_at, count(*) AS calls
FROM chosen(
    $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
    models := CAST($models AS VARCHAR[])
)
GROUP BY backend, model_version
ORDER BY backend, first_at DESC, model_version
