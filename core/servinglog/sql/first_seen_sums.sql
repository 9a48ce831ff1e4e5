-- Model versions as in first_seen.sql, from sums, which know no process.
WITH begun AS (
    SELECT backend, model_version, min(first_at) AS first_at
    FROM sums
    WHERE mode NOT IN ('trial', 'import')
    GROUP BY backend, model_version
),
ordered AS (
    SELECT *, min(first_at) OVER (PARTITION BY backend) AS known_since FROM begun
)
SELECT 'model' AS what, backend AS subject, model_version AS value, first_at
FROM ordered
WHERE first_at >= $since AND first_at > known_since
ORDER BY first_at DESC
