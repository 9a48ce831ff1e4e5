"""The queries of the transparency report, as text that SQLite and PostgreSQL both understand.

Each stands alone, with the span written into it, so that anybody can run it again and get the
number that the report shows. Times are microseconds since 1970 UTC. What restricts a text is
defined in core/moderation/dsa/restrictions.py; a property test holds the two together.
"""

from dataclasses import dataclass
from enum import StrEnum

# A press that was undone within its grace window, that was superseded in it, or whose text was gone
# at its end, never took effect. What a model decides, an undo, a reopening and the outcome of an
# appeal have no window.
_IN_EFFECT = """\
WITH in_effect AS (
  SELECT d.id, d.revision_id, d.position, d.source, d.reason_code, d.undoes, d.appeal_id,
         d.action, d.decided_at, d.effective_at, r.received_at
  FROM decisions d
  JOIN revisions r ON r.id = d.revision_id
  LEFT JOIN revisions edit ON edit.comment_id = r.comment_id AND edit.number = r.number + 1
  WHERE d.effective_at < {until}
    AND d.revision_id IN (
      SELECT touched.revision_id FROM decisions touched
      WHERE touched.effective_at >= {since} AND touched.effective_at < {until})
    AND NOT EXISTS (
      SELECT 1 FROM decisions undo
      WHERE undo.revision_id = d.revision_id AND undo.undoes = d.id
        AND undo.decided_at < d.effective_at)
    AND (d.effective_at = d.decided_at OR (
      d.effective_at <= COALESCE(edit.received_at, d.effective_at)
      AND d.effective_at <= COALESCE(r.withdrawn_at, d.effective_at)
      AND NOT EXISTS (
        SELECT 1 FROM decisions later
        WHERE later.revision_id = d.revision_id AND later.position > d.position
          AND later.effective_at < d.effective_at
          AND NOT EXISTS (
            SELECT 1 FROM decisions undo
            WHERE undo.revision_id = later.revision_id AND undo.undoes = later.id
              AND undo.decided_at < later.effective_at))))
)"""

# A hold without a reason neither restricts a text nor ends a restriction. An undo that restores
# what stood, and a hold with the same reason, are no new restriction.
_RESTRICTIONS = (
    _IN_EFFECT
    + """,
stated AS (
  SELECT in_effect.*,
         CASE action WHEN 'approve' THEN 'none' WHEN 'remove' THEN 'removal' ELSE 'hold' END AS kind
  FROM in_effect
  WHERE action IN ('approve', 'remove') OR reason_code IS NOT NULL
),
compared AS (
  SELECT stated.*,
         LAG(kind) OVER (PARTITION BY revision_id ORDER BY position) AS kind_before,
         LAG(reason_code) OVER (PARTITION BY revision_id ORDER BY position) AS reason_before
  FROM stated
),
restrictions AS (
  SELECT * FROM compared
  WHERE kind <> 'none' AND effective_at >= {since}
    AND ((kind = 'removal' AND undoes IS NULL)
         OR kind_before IS NULL OR kind_before <> kind OR reason_before <> reason_code)
)"""
)

# SQLite has no median: the middle row, or the mean of the two in the middle.
_MEDIAN = """,
ranked AS (
  SELECT wait, ROW_NUMBER() OVER (ORDER BY wait) AS place, COUNT(*) OVER () AS total FROM waits
)
SELECT AVG(wait) / 1000000.0 AS seconds
FROM ranked WHERE place IN ((total + 1) / 2, (total + 2) / 2)"""


class Unit(StrEnum):
    """What a figure's numbers are."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "s"


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """A figure of the report: its name, what it says, and how it is computed. `groups` name the
    columns before the number; without any, there is one number."""

    name: str
    title: str
    unit: Unit
    sql: str
    groups: tuple[str, ...] = ()

    def text(self, since: int, until: int) -> str:
        """The query of one span, in microseconds since 1970 UTC."""
        return self.sql.format(since=since, until=until)


def _appeals(name: str, title: str, column: str, condition: str) -> FigureQuery:
    return FigureQuery(
        name,
        title,
        Unit.COUNT,
        f"SELECT COUNT(*) FROM appeals\nWHERE {column} >= {{since}} AND {column} < {{until}}"
        + (f" AND status = '{condition}'" if condition else ""),
    )


FIGURES: tuple[FigureQuery, ...] = (
    FigureQuery(
        "restrictions",
        "Restrictions: removals, and holds that give a reason",
        Unit.COUNT,
        f"{_RESTRICTIONS}\nSELECT COUNT(*) FROM restrictions",
    ),
    FigureQuery(
        "automated_share",
        "Share of them that no person took part in",
        Unit.SHARE,
        f"{_RESTRICTIONS}\nSELECT AVG(CASE WHEN source <> 'reviewer' THEN 1.0 ELSE 0.0 END)\n"
        "FROM restrictions",
    ),
    FigureQuery(
        "restrictions_by_reason",
        "Restrictions by kind, reason and who decided",
        Unit.COUNT,
        f"{_RESTRICTIONS}\nSELECT kind, reason_code,\n"
        "       CASE WHEN source <> 'reviewer' THEN 'automated' ELSE 'person' END AS decided_by,\n"
        "       COUNT(*)\nFROM restrictions GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ("kind", "reason", "decided_by"),
    ),
    FigureQuery(
        "restored_by_staff",
        "Removed texts that the staff approved without an appeal",
        Unit.COUNT,
        f"{_RESTRICTIONS}\nSELECT COUNT(*) FROM compared\n"
        "WHERE kind = 'none' AND kind_before = 'removal' AND appeal_id IS NULL\n"
        "  AND effective_at >= {since}",
    ),
    FigureQuery(
        "reports_received",
        "Reports by readers and trusted flaggers",
        Unit.COUNT,
        "SELECT kind, COUNT(*) FROM reports\n"
        "WHERE reported_at >= {since} AND reported_at < {until} GROUP BY 1 ORDER BY 1",
        ("kind",),
    ),
    _appeals("appeals_filed", "Appeals filed", "filed_at", ""),
    _appeals("appeals_upheld", "Appeals heard: the removal stands", "heard_at", "upheld"),
    _appeals(
        "appeals_overturned", "Appeals heard: the text was restored", "heard_at", "overturned"
    ),
    _appeals(
        "appeals_closed",
        "Appeals closed because the text was edited or withdrawn",
        "heard_at",
        "closed",
    ),
    FigureQuery(
        "comment_to_decision",
        "Median time from a text's arrival to its restriction by a person",
        Unit.SECONDS,
        f"{_RESTRICTIONS},\nwaits AS (\n"
        "  SELECT effective_at - received_at AS wait FROM restrictions\n"
        f"  WHERE source = 'reviewer'\n){_MEDIAN}",
    ),
    FigureQuery(
        "report_to_decision",
        "Median time from a report to a person's next decision",
        Unit.SECONDS,
        _IN_EFFECT
        + """,
answered AS (
  SELECT reports.id, reports.reported_at, MIN(in_effect.effective_at) AS answered_at
  FROM reports JOIN in_effect ON in_effect.revision_id = reports.revision_id
  WHERE in_effect.source = 'reviewer' AND in_effect.appeal_id IS NULL
    AND in_effect.action IN ('approve', 'remove') AND in_effect.decided_at >= reports.reported_at
  GROUP BY reports.id, reports.reported_at
),
waits AS (
  SELECT answered_at - reported_at AS wait FROM answered WHERE answered_at >= {since}
)"""
        + _MEDIAN,
    ),
    FigureQuery(
        "appeal_to_outcome",
        "Median time from an appeal to its outcome",
        Unit.SECONDS,
        "WITH waits AS (\n  SELECT heard_at - filed_at AS wait FROM appeals\n"
        "  WHERE status IN ('upheld', 'overturned')\n"
        f"    AND heard_at >= {{since}} AND heard_at < {{until}}\n){_MEDIAN}",
    ),
)
