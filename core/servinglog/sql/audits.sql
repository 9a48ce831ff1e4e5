-- Totals of the first stage and its audits since a moment, for one full model, in live traffic.
SELECT
    coalesce(sum(first_stage_count), 0) AS skipped,
    coalesce(sum(audit_count), 0) AS audited,
    coalesce(sum(audit_missed), 0) AS missed,
    coalesce(sum(flag_count), 0) AS flagged
FROM calls
WHERE started_at >= $since AND model_version = $model_version
    AND list_contains(CAST($live_modes AS VARCHAR[]), mode)
