-- Counts over all valid lines: copies of other lines, and lines dated at or after a moment. Of the
-- archive, rows of the moment's own hour are counted, and for the hours after it their sums.
SELECT
    (
        SELECT count(*) FROM (
            SELECT is_copy, is_archived FROM call_lines
            UNION ALL
            SELECT is_copy, is_archived FROM refusal_lines
        ) WHERE is_copy OR is_archived
    ) AS duplicates,
    (
        SELECT count(*) FROM (
            SELECT started_at AS dated_at FROM calls
            UNION ALL
            SELECT refused_at FROM refusals
        ) WHERE dated_at >= $until
    ) AS future
