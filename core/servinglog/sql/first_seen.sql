-- Model versions and processes whose first live or warm-up call of the day is in [since, until).
WITH processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
known AS (
    SELECT 'model' AS what, backend AS subject, model_version AS value, started_at FROM calls
    WHERE started_at >= $earlier AND started_at < $until AND mode <> 'trial'
    UNION ALL
    SELECT 'process', process, '', started_at FROM calls JOIN processes USING (segment_id)
    WHERE started_at >= $earlier AND started_at < $until AND mode <> 'trial' AND segment_id > 0
)
SELECT what, subject, value, min(started_at) AS first_at
FROM known
GROUP BY what, subject, value
HAVING min(started_at) >= $since
ORDER BY first_at DESC
