"""Numbers of the serving log as text: units, rounding, deltas, sentences. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import pandas as pd

from core.servinglog.answers import LogContents, Refused, SegmentProblem, Summary
from core.servinglog.record import RefusalReason, RefusalRecord
from dashboard.wording import ago

NONE = "–"
NO_CALL = " and made no call"
PROBLEMS_SHOWN = 20  # files
_REFUSED_FOR: dict[str, str] = {
    RefusalReason.OVERLOADED: "because the API was overloaded",
    RefusalReason.RATE_LIMITED: "over the rate of their key",
    RefusalReason.DRAINING: "while the API was stopping",
    RefusalReason.UNAUTHORIZED: "without a valid key",
    RefusalReason.STORE: "because the state could not be used",
    RefusalReason.INVALID: "because their body was not valid",
}
_LOST = (RefusalReason.OVERLOADED, RefusalReason.RATE_LIMITED, RefusalReason.STORE)


def duration(ms: float | None) -> str:
    """`4.2 ms`, `64 ms`, `1.8 s`, `3.5 min`; a dash for no value."""
    if ms is None or pd.isna(ms):
        return NONE
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.1f} s" if ms < 120_000 else f"{ms / 60_000:.1f} min"


def rate(per_s: float | None) -> str:
    """`1,240 /s`; two digits below ten, so that a slow backend does not show 0."""
    if per_s is None or pd.isna(per_s):
        return NONE
    return f"{per_s:,.0f} /s" if per_s >= 9.95 else f"{per_s:.2g} /s"


def percent(share: float | None) -> str:
    """`0.04 %`; two decimals below 10 %, so that a few errors do not show as 0 %."""
    if share is None or pd.isna(share):
        return NONE
    if share == 0:
        return "0 %"
    return f"{share * 100:.2f} %" if share < 0.0995 else f"{share * 100:.0f} %"


def covered(summary: Summary, now: datetime, zone: tzinfo) -> str:
    """`4,210 calls, 02:10:04–02:10:09, the last 3 min ago`, in the viewer's zone."""
    if summary.first_at is None or summary.last_at is None:
        return "no calls"
    first, last = summary.first_at.astimezone(zone), summary.last_at.astimezone(zone)
    short = first.date() == last.date() == now.astimezone(zone).date()
    form = "%H:%M:%S" if short else "%d %b %H:%M"
    span = f"{first:{form}}–{last:{form}}"
    return f"{counted(summary.calls, 'call')}, {span}, the last {ago(summary.last_at, now)}"


def saved_line(summary: Summary) -> str | None:
    """The comments that the full model did not have to score; None if it scored all of them."""
    parts = []
    if summary.cache_hits:
        parts.append(f"{percent(summary.hit_share)} answered from the cache")
    if summary.cleared:
        parts.append(f"{percent(summary.cleared_share)} cleared by the first stage")
    return f"Of {summary.comments:,} comments, {' and '.join(parts)}." if parts else None


def bound_line(summary: Summary) -> str | None:
    """How near percentiles from sums are; None if they are exact."""
    if not summary.bound:
        return None
    return (
        "Percentiles of this window are from sums of its calls: each is within "
        f"{summary.bound * 100:.0f} % of the time of the call at its rank."
    )


def has_lost(refused: Sequence[Refused]) -> bool:
    """Whether requests with a valid key and body were refused: for load, rate or the state."""
    return any(one.reason in _LOST for one in refused)


def refused_line(refused: Sequence[Refused], now: datetime) -> str | None:
    """`24 requests were refused in this window and made no call: 20 because the API was …`. With an
    unusable state a comment may have been scored already, so nothing is said about calls."""
    if not refused:
        return None
    total = sum(one.requests for one in refused)
    were = "request was" if total == 1 else "requests were"
    last = ago(max(one.last_at for one in refused), now)
    no_call = "" if any(map(_may_have_called, (one.reason for one in refused))) else NO_CALL
    if len(refused) == 1:
        why = f" {_why(refused[0].reason)}{no_call}"
    else:
        why = f"{no_call}: {reasons(refused)}"
    return f"{total:,} {were} refused in this window{why}; the last {last}."


def refusal_words(record: RefusalRecord) -> str:
    """`Refused at 2026-11-01 12:00:03 UTC because the API was overloaded.`"""
    no_call = "" if _may_have_called(record.reason) else "; no call was made for it"
    return f"Refused at {record.refused_at:%Y-%m-%d %H:%M:%S} UTC {_why(record.reason)}{no_call}."


def _may_have_called(reason: str) -> bool:
    return reason == RefusalReason.STORE


def reasons(refused: Sequence[Refused]) -> str:
    """`20 because the API was overloaded, 4 without a valid key`."""
    return ", ".join(f"{one.requests:,} {_why(one.reason)}" for one in refused)


def _why(reason: str) -> str:
    return _REFUSED_FOR.get(reason, "for another reason")


def log_notes(contents: LogContents) -> str | None:
    """The lines of the log that the figures leave out; None if there are none."""
    parts = []
    broken = sum(one.failure is not None for one in contents.problems)
    if contents.unreadable:
        parts.append(f"{counted(contents.unreadable, 'line')} can't be read")
    if broken:
        parts.append(f"{counted(broken, 'file')} can't be opened")
    if contents.future:
        parts.append(f"{counted(contents.future, 'call')} dated in the future")
    if contents.duplicates:
        parts.append(f"{counted(contents.duplicates, 'duplicate line')} counted once")
    return f"Not in these figures: {', '.join(parts)}." if parts else None


def problem_lines(problems: Sequence[SegmentProblem]) -> list[str]:
    """For each file: the number of unreadable lines, and the error of the first ones."""
    lines = []
    for one in problems[:PROBLEMS_SHOWN]:
        if one.failure is not None:
            lines.append(f"{one.segment}: {one.failure}")
        else:
            lines.append(f"{one.segment}: {counted(one.unreadable, 'line')} can't be read")
        lines += [f"    line {problem.line_number:,}: {problem.why}" for problem in one.examples]
        if one.examples and one.unreadable > len(one.examples):
            lines.append(f"    and {one.unreadable - len(one.examples):,} more")
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(f"and {counted(len(problems) - PROBLEMS_SHOWN, 'more file')}")
    return lines


def counted(number: int, what: str) -> str:
    """`1 call`, `1,240 calls`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
