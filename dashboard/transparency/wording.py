"""The words and numbers of the page Transparency. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.services.transparency import Figure, TransparencyReport
from core.store.transparency_queries import Unit
from dashboard.figures import NONE, counted

LEFT_OUT = (
    "A restriction is a removal, or a hold that gives a reason. What was cancelled in its grace "
    "window is not counted, and what is still in it is not counted yet."
)
RERUN = (
    "Each query stands alone: run in the state's database, SQLite or PostgreSQL, it gives the "
    "number again. Times in it are microseconds since 1970 UTC."
)
NOTHING = "Nothing was restricted, reported or appealed in this time."
KINDS = {"removal": "removed", "hold": "held"}
DECIDERS = {"automated": "automatically", "person": "by a person"}
_UNITS = ((86_400, "days"), (3_600, "h"), (60, "min"))


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
        return f"{value:,.0f}"
    if unit is Unit.SHARE:
        return f"{value:.0%}".replace("%", " %") if value in (0, 1) else f"{value * 100:.1f} %"
    return wait(value)


def wait(seconds: float) -> str:
    """`45 s`, `4.2 min`, `3.0 h`, `2.5 days`."""
    for size, name in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def label(figure: Figure) -> str:
    """A figure's number and what it says."""
    return f"{number(figure.value, figure.query.unit)}: {figure.query.title}"


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
        return "Nothing was restricted."
    return (
        f"{counted(total, 'restriction')} took effect, {number(share, Unit.SHARE)} of them without "
        "a person."
    )


def _appealed(report: TransparencyReport) -> str:
    filed, upheld, overturned = (
        int(report.figure(f"appeals_{name}").value or 0)
        for name in ("filed", "upheld", "overturned")
    )
    heard = upheld + overturned
    if not heard:
        return f"{counted(filed, 'appeal')} came in, and none was heard."
    restored = "none" if not overturned else f"{overturned:,}"
    return (
        f"{counted(filed, 'appeal')} came in; of {heard:,} heard, {restored} ended with the "
        "comment restored."
    )


def span_words(report: TransparencyReport, beginning: datetime) -> str:
    """`29 Oct 2026 12:04 to 28 Nov 2026 12:04 UTC`."""
    until = f"{report.until:%d %b %Y %H:%M} UTC"
    return (
        f"until {until}"
        if report.since == beginning
        else (f"{report.since:%d %b %Y %H:%M} to {until}")
    )
