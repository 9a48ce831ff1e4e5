"""Numbers of the serving log as text in the reader's language: units, rounding, sentences."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import pandas as pd

from core.servinglog.answers import LineProblem, LogContents, Refused, SegmentProblem, Summary
from core.servinglog.record import RefusalReason, RefusalRecord
from dashboard.problems import told
from dashboard.staff_texts import count, decimal, joined, number, said, say
from dashboard.wording import ago, short_day

NONE = "–"
PROBLEMS_SHOWN = 20  # files
_REFUSED_FOR = said("common.refused", RefusalReason)
_LOST = (RefusalReason.OVERLOADED, RefusalReason.RATE_LIMITED, RefusalReason.STORE)


def duration(ms: float | None) -> str:
    """`4.2 ms`, `64 ms`, `1.8 s`, `3.5 min`; a dash for no value."""
    if ms is None or pd.isna(ms):
        return NONE
    if ms < 9.95:
        return say("common.unit.ms", figure=decimal(ms, 1))
    if ms < 999.5:
        return say("common.unit.ms", figure=decimal(ms, 0))
    if ms < 120_000:
        return say("common.unit.s", figure=decimal(ms / 1000, 1))
    return say("common.unit.min", figure=decimal(ms / 60_000, 1))


def rate(per_s: float | None) -> str:
    """`1,240 /s`; two digits below ten, so that a slow backend does not show 0."""
    if per_s is None or pd.isna(per_s):
        return NONE
    figure = decimal(per_s, 0) if per_s >= 9.95 else significant(per_s, 2)
    return say("common.unit.per_s", figure=figure)


def significant(value: float, digits: int) -> str:
    """A number with so many digits that count: `0.12`, `3.4`, `1e-05`."""
    return f"{value:.{digits}g}".replace(".", say("form.decimal"))


def percent(share: float | None) -> str:
    """`0.04 %`; two decimals below 10 %, so that a few errors do not show as 0 %."""
    if share is None or pd.isna(share):
        return NONE
    digits = 2 if 0 < share < 0.0995 else 0
    return say("common.unit.percent", figure=decimal(share * 100, digits))


def covered(summary: Summary, now: datetime, zone: tzinfo) -> str:
    """`4,210 calls, 02:10:04–02:10:09, the last 3 min ago`, in the viewer's zone."""
    if summary.first_at is None or summary.last_at is None:
        return say("common.calls.none")
    first, last = summary.first_at.astimezone(zone), summary.last_at.astimezone(zone)
    is_today = first.date() == last.date() == now.astimezone(zone).date()
    ends = [
        f"{each:%H:%M:%S}" if is_today else f"{short_day(each)} {each:%H:%M}"
        for each in (first, last)
    ]
    return say(
        "common.calls.covered",
        calls=count("common.calls", summary.calls),
        span="–".join(ends),
        ago=ago(summary.last_at, now),
    )


def saved_line(summary: Summary) -> str | None:
    """The comments that the full model did not have to score; None if it scored all of them."""
    parts = []
    if summary.cache_hits:
        parts.append(say("common.log.from_cache", share=percent(summary.hit_share)))
    if summary.cleared:
        parts.append(say("common.log.cleared", share=percent(summary.cleared_share)))
    if not parts:
        return None
    return say("common.log.saved", comments=number(summary.comments), what=joined(parts))


def bound_line(summary: Summary) -> str | None:
    """How near percentiles from sums are; None if they are exact."""
    if not summary.bound:
        return None
    share = say("common.unit.percent", figure=decimal(summary.bound * 100, 0))
    return say("common.log.bound", share=share)


def has_lost(refused: Sequence[Refused]) -> bool:
    """Whether requests with a valid key and body were refused: for load, rate or the state."""
    return any(one.reason in _LOST for one in refused)


def refused_line(refused: Sequence[Refused], now: datetime) -> str | None:
    """`24 requests were refused in this window and made no call: 20 because the API was …`. With an
    unusable state a comment may have been scored already, so nothing is said about calls."""
    if not refused:
        return None
    reached = any(_may_have_called(one.reason) for one in refused)
    kind = "single" if len(refused) == 1 else "several"
    key = f"common.refused_why.{kind}" + ("" if reached else "_without_call")
    return count(
        "common.refused_in_window",
        sum(one.requests for one in refused),
        why=say(key, why=_why(refused[0].reason), whys=reasons(refused)),
        ago=ago(max(one.last_at for one in refused), now),
    )


def refusal_words(record: RefusalRecord) -> str:
    """`Refused at 2026-11-01 12:00:03 UTC because the API was overloaded.`"""
    key = "refused" if _may_have_called(record.reason) else "refused_without_call"
    when = f"{record.refused_at:%Y-%m-%d %H:%M:%S}"
    return say(f"common.log_record.{key}", when=when, why=_why(record.reason))


def _may_have_called(reason: str) -> bool:
    return reason == RefusalReason.STORE


def reasons(refused: Sequence[Refused]) -> str:
    """`20 because the API was overloaded, 4 without a valid key`."""
    return ", ".join(
        say("common.refused.of_kind", count=number(one.requests), why=_why(one.reason))
        for one in refused
    )


def _why(reason: str) -> str:
    known = reason in set(RefusalReason)
    return _REFUSED_FOR[RefusalReason(reason)] if known else say("common.refused.other_reason")


def log_notes(contents: LogContents) -> str | None:
    """The lines of the log that the figures leave out; None if there are none."""
    broken = sum(one.failure is not None for one in contents.problems)
    counts = {
        "common.unreadable_lines": contents.unreadable,
        "common.closed_files": broken,
        "common.future_calls": contents.future,
        "common.duplicate_lines": contents.duplicates,
    }
    parts = [count(key, many) for key, many in counts.items() if many]
    return say("common.log.left_out", what=", ".join(parts)) if parts else None


def problem_lines(problems: Sequence[SegmentProblem]) -> list[str]:
    """For each file: the number of unreadable lines, and the error of the first ones."""
    lines = []
    for one in problems[:PROBLEMS_SHOWN]:
        what = told(one.failure or "") or count("common.unreadable_lines", one.unreadable)
        lines.append(say("common.log.problem", file=one.segment, what=what))
        lines += [f"    {_line_words(problem)}" for problem in one.examples]
        if one.examples and one.unreadable > len(one.examples):
            more = number(one.unreadable - len(one.examples))
            lines.append(f"    {say('common.log.and_more', count=more)}")
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(count("common.more_files", len(problems) - PROBLEMS_SHOWN))
    return lines


def _line_words(problem: LineProblem) -> str:
    why = told(problem.why)
    return say("common.log.line", number=number(problem.line_number), why=why)
