"""The restrictions of a state by the rules in Python, to compare with the report's SQL."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from core.moderation.decisions import DecisionSource
from core.moderation.permissions import SYSTEM
from core.services.context import Context
from core.services.statements import StatementEnded, StatementMade, export_statements
from core.services.transparency import TransparencyReport, load_transparency

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
Counts = dict[tuple[str, ...], int]


def counts_of_statements(context: Context, since: datetime, until: datetime) -> Counts:
    """By kind, reason and who decided. Each statement can be sent."""
    lines = list(export_statements(context, SYSTEM, since, until))
    assert [line for line in lines if isinstance(line, StatementMade) and line.problems] == []
    return dict(
        Counter(
            (
                line.restriction.kind.value,
                str(line.restriction.decision.reason_code),
                "person"
                if line.restriction.decision.source is DecisionSource.REVIEWER
                else "automated",
            )
            for line in lines
            if isinstance(line, StatementMade)
        )
    )


def counts_of_report(report: TransparencyReport) -> Counts:
    rows = report.figure("restrictions_by_reason").rows
    return {row.groups: int(row.value or 0) for row in rows}


def check_same_counts(context: Context, now: datetime) -> None:
    """The whole time until now, and its last hour, give the same by both ways; each statement ends
    at most once, and after it began."""
    until = now + timedelta(microseconds=1)
    for since in (BEGINNING, now - timedelta(hours=1)):
        report = load_transparency(context, SYSTEM, since, until)
        by_reason = counts_of_statements(context, since, until)
        assert counts_of_report(report) == by_reason
        assert report.figure("restrictions").value == sum(by_reason.values())
    ended = [
        line.restriction
        for line in export_statements(context, SYSTEM, BEGINNING, until)
        if isinstance(line, StatementEnded)
    ]
    assert len({each.decision.id for each in ended}) == len(ended)
    for each in ended:
        assert each.ended_at is not None
        assert each.began_at <= each.ended_at
