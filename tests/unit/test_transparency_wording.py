"""The words and numbers of the page Transparency."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from core.services.statements import FIRST_DAY
from core.services.transparency import Figure, TransparencyReport
from core.store.transparency_base import FigureRow
from core.store.transparency_queries import FIGURES, Unit
from dashboard.transparency.charts import by_reason, reason_bars
from dashboard.transparency.wording import (
    ReportSpan,
    begin_of,
    is_empty,
    number,
    span_words,
    summary,
    wait,
)

NOW = datetime(2026, 11, 28, 12, 4, tzinfo=UTC)
Group = tuple[tuple[str, ...], float]


def report(
    by_reason: Sequence[Group] = (), since: datetime = FIRST_DAY, **values: float | None
) -> TransparencyReport:
    """With these numbers, and 0 for the others."""
    figures = [
        Figure(
            query,
            "SELECT 1",
            [FigureRow(*group) for group in by_reason]
            if query.groups
            else [FigureRow((), values.get(query.name, 0))],
        )
        for query in FIGURES
        if query.name != "reports_received"
    ]
    return TransparencyReport(since, NOW, figures)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59.4, "59 s"), (60, "1.0 min"), (5_400, "1.5 h"), (86_400, "1.0 days"),
        (216_000, "2.5 days"),
    ],
)  # fmt: skip
def test_waits(seconds: float, words: str) -> None:
    assert wait(seconds) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1_240, Unit.COUNT, "1,240"),
        (0, Unit.SHARE, "0 %"),
        (1, Unit.SHARE, "100 %"),
        (0.5833, Unit.SHARE, "58.3 %"),
        (90, Unit.SECONDS, "1.5 min"),
        (None, Unit.SECONDS, "–"),
        (None, Unit.SHARE, "–"),
    ],
)
def test_numbers(value: float | None, unit: Unit, words: str) -> None:
    assert number(value, unit) == words


def test_summary_of_nothing_one_and_many() -> None:
    nothing = report(automated_share=None)
    assert summary(nothing) == "Nothing was restricted. 0 appeals came in, and none was heard."
    one = report(restrictions=1, automated_share=1.0, appeals_filed=1, appeals_upheld=1)
    assert summary(one) == (
        "1 restriction took effect, 100 % of them without a person. 1 appeal came in; of 1 heard, "
        "none ended with the comment restored."
    )
    assert is_empty(nothing)
    assert not is_empty(one)


def test_spans() -> None:
    assert begin_of(ReportSpan.ALL, NOW, FIRST_DAY) == FIRST_DAY
    assert begin_of(ReportSpan.QUARTER, NOW, FIRST_DAY) == NOW - timedelta(days=90)
    assert span_words(report(), FIRST_DAY) == "until 28 Nov 2026 12:04 UTC"
    month = report(since=NOW - timedelta(days=30))
    assert span_words(month, FIRST_DAY) == "29 Oct 2026 12:04 to 28 Nov 2026 12:04 UTC"


def test_reasons_are_ordered_and_split_by_who_decided() -> None:
    rows: list[Group] = [
        (("hold", "threat", "automated"), 2),
        (("removal", "=spam", "automated"), 1),
        (("removal", "=spam", "person"), 4),
    ]
    table = by_reason(report(rows))
    assert table.to_dict("list") == {
        "kind": ["removed", "held"],
        "reason": ["=spam", "threat"],
        "automatically": [1, 2],
        "by a person": [4, 0],
        "total": [5, 2],
    }
    assert '"=spam, removed"' in reason_bars(table).to_json()
    assert by_reason(report()).empty
