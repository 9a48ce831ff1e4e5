-- The newest answered calls of each series, from which an estimate is resampled.
WITH newest AS (
    SELECT
        backend, mode,
        max_by(
            struct_pack(batch_size := batch_size, total_ms := total_ms), started_at, $limit
        ) AS calls
    FROM chosen($since, $until, CAST($modes AS VARCHAR[]), CAST($backends AS VARCHAR[]))
    WHERE error_kind IS NULL
    GROUP BY backend, mode
)
SELECT backend, mode, unnest(calls, recursive := true) FROM newest
