-- Counts over all valid lines: copies of other lines, and lines dated at or after a moment.
SELECT
    count(*) FILTER (is_copy) AS duplicates,
    count(*) FILTER (NOT is_copy AND dated_at >= $until) AS future
FROM (
    SELECT is_copy, started_at AS dated_at FROM call_lines
    UNION ALL
    SELECT is_copy, refused_at FROM refusal_lines
)
