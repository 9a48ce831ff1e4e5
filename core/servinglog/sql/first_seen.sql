-- Model versions and processes whose first call of the day, trials and imported calls apart, is in
-- [since, until). The first version of a backend that the day knows replaced none, so it is no change.
-- Processes of this machine alone: rows of others have negative segments, and archived ones have 0.
WITH processes AS (
    SELECT segment_id, regexp_replace(name, '-[0-9]+-[0-9]+[.][a-z]+$', '') AS process FROM segments
),
known AS (
    SELECT 'model' AS what, backend AS subject, model_version AS value, started_at FROM calls
    WHERE started_at >= $earlier AND started_at < $until AND mode NOT IN ('trial', 'import')
    UNION ALL
    SELECT 'process', coalesce(calls.process, processes.process), '', started_at
    FROM calls LEFT JOIN processes USING (segment_id)
    WHERE started_at >= $earlier AND started_at < $until AND mode NOT IN ('trial', 'import')
        AND segment_id >= 0
),
begun AS (
    SELECT what, subject, value, min(started_at) AS first_at
    FROM known
    GROUP BY what, subject, value
),
ordered AS (
    SELECT *, min(first_at) OVER (PARTITION BY what, subject) AS known_since FROM begun
)
SELECT what, subject, value, first_at
FROM ordered
WHERE first_at >= $since AND (what = 'process' OR first_at > known_since)
ORDER BY first_at DESC
