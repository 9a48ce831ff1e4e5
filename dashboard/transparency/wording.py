"""The words and numbers of the page Transparency."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.services.transparency import Figure, TransparencyReport
from core.store.transparency_queries import Unit
from dashboard.figures import NONE
from dashboard.staff_texts import count, decimal, say
from dashboard.wording import short_day

_UNITS = (
    (86_400, "transparency.unit.days"),
    (3_600, "transparency.unit.hours"),
    (60, "common.unit.min"),
)
_TOLD = frozenset({"removal", "hold", "automated", "person", "user", "trusted_flagger"})


class ReportSpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    MONTH = "30 days"
    QUARTER = "90 days"
    YEAR = "1 year"
    ALL = "All"


_DAYS = {ReportSpan.MONTH: 30, ReportSpan.QUARTER: 90, ReportSpan.YEAR: 365}


def begin_of(span: ReportSpan, until: datetime, beginning: datetime) -> datetime:
    """When the span begins."""
    return beginning if span is ReportSpan.ALL else until - timedelta(days=_DAYS[span])


def number(value: float | None, unit: Unit) -> str:
    """`1,240`, `58 %`, `4.2 min`; a dash for none."""
    if value is None:
        return NONE
    if unit is Unit.COUNT:
        return decimal(value, 0)
    if unit is Unit.SHARE:
        return say("common.unit.percent", figure=decimal(value * 100, 0 if value in (0, 1) else 1))
    return wait(value)


def wait(seconds: float) -> str:
    """`45 s`, `4.2 min`, `3.0 h`, `2.5 days`."""
    for size, key in _UNITS:
        if seconds >= size:
            return say(key, figure=decimal(seconds / size, 1))
    return say("common.unit.s", figure=decimal(seconds, 0))


def title(figure: Figure) -> str:
    """What a figure says."""
    return say(f"transparency.figure.{figure.query.name}")


def label(figure: Figure) -> str:
    """A figure's number and what it says."""
    value = number(figure.value, figure.query.unit)
    return say("transparency.line.figure", value=value, title=title(figure))


def cell(group: str, value: str) -> str:
    """What stands in the column `group` of a figure's rows; reasons stand for themselves."""
    if group == "reason" or value not in _TOLD:
        return value
    return say(f"transparency.cell.{value}")


def is_empty(report: TransparencyReport) -> bool:
    """Whether nothing at all is counted."""
    return not any(figure.value for figure in report.figures)


def summary(report: TransparencyReport) -> str:
    """The page in two sentences."""
    return f"{_restricted(report)} {_appealed(report)}"


def _restricted(report: TransparencyReport) -> str:
    total = int(report.figure("restrictions").value or 0)
    share = report.figure("automated_share").value
    if share is None:
        return say("transparency.restricted.none")
    return count("transparency.restricted", total, share=number(share, Unit.SHARE))


def _appealed(report: TransparencyReport) -> str:
    filed, upheld, overturned = (
        int(report.figure(f"appeals_{name}").value or 0)
        for name in ("filed", "upheld", "overturned")
    )
    heard = upheld + overturned
    if not heard:
        return count("transparency.none_heard", filed)
    of = number(heard, Unit.COUNT)
    if not overturned:
        return count("transparency.none_restored", filed, heard=of)
    restored = number(overturned, Unit.COUNT)
    return count("transparency.restored", filed, heard=of, restored=restored)


def span_words(report: TransparencyReport, beginning: datetime) -> str:
    """`29 Oct 2026 12:04 to 28 Nov 2026 12:04 UTC`."""
    until = _moment(report.until)
    if report.since == beginning:
        return say("transparency.counted.until", until=until)
    return say("transparency.counted.between", since=_moment(report.since), until=until)


def _moment(moment: datetime) -> str:
    return say(
        "transparency.counted.moment",
        day=short_day(moment),
        year=str(moment.year),
        time=f"{moment:%H:%M}",
    )
