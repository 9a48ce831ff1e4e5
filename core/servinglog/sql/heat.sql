-- Answered calls by bucket of time and of latency: about $rows rows of equal factor from the fastest
-- to the slowest call, made of the buckets that sums count by.
WITH picked AS (
    SELECT
        time_bucket(to_seconds($bucket_s), started_at) AS bucket_at,
        CAST(bucket_of(answered_ms) AS INTEGER) AS bucket
    FROM chosen(
        $since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]),
        models := CAST($models AS VARCHAR[])
    )
    WHERE answered_ms IS NOT NULL
),
steps AS (
    SELECT min(bucket) AS lowest, CAST(ceil((max(bucket) - min(bucket) + 1) / $rows) AS INTEGER) AS step
    FROM picked
),
placed AS (
    SELECT bucket_at, lowest + (bucket - lowest) // step * step AS first, step
    FROM picked CROSS JOIN steps
)
SELECT
    bucket_at,
    pow(1.02 / 0.98, first - 1) AS from_ms,
    pow(1.02 / 0.98, first + step - 1) AS to_ms,
    count(*) AS calls
FROM placed
GROUP BY ALL
ORDER BY bucket_at, from_ms
