"""A change of a figure in words: how much, and whether it is more than noise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from math import isfinite
from typing import Literal

from core.services.comparison import Comparand, ComparedGroup, ComparedWith, Comparison
from core.servinglog.comparing.differences import ChangeVerdict, FigureChange
from core.servinglog.comparing.intervals import Estimate
from core.servinglog.percentiles import QUANTILES
from core.texts.texts import Texts
from dashboard.figures import NONE, duration, percent, rate, significant
from dashboard.staff_texts import count, decimal, said, say, staff_texts
from dashboard.wording import plain, short_day

Color = Literal["red", "green", "orange", "gray"]
NOTES = said("latency.note", ChangeVerdict)
MEANINGS = said("latency.meaning", ChangeVerdict)
WORSE_IS_MORE = (*QUANTILES, "error_share", "refused_share")
"""Figures of which more is worse; throughput is neither."""


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """For a tile: the signed change, its colour, whether it is noise, and why that is said."""

    delta: str
    color: Color
    note: str
    why: str


def change_words(name: str, change: FigureChange, decided_by: str | None = None) -> ChangeWords:
    """The change of the figure of that name; `decided_by` is another one's written change, of which
    this one is the share."""
    why = f"{_interval_of_change(name, change)} {MEANINGS[change.verdict]}".strip()
    return ChangeWords(
        decided_by or signed(name, change.difference.value, change.old.value),
        _color(name, change.verdict),
        NOTES[change.verdict],
        why,
    )


def signed(name: str, value: float, old: float) -> str:
    """`+9 ms`, `-0.30 pp`, `+3 %`; `old` is what a share of itself is of."""
    if name in QUANTILES:
        digits = 1 if abs(value) < 9.95 else 0
        return say("common.unit.ms", figure=with_sign(decimal(value, digits)))
    if name != "comments_per_s":
        return say("latency.unit.points", figure=with_sign(decimal(value * 100, 2)))
    if old:
        return say("common.unit.percent", figure=with_sign(decimal(value / old * 100, 0)))
    return say("common.unit.per_s", figure=with_sign(significant(value, 2)))


def with_sign(figure: str) -> str:
    """The figure with a plus, if it has no minus."""
    return figure if figure.startswith("-") else f"+{figure}"


def interval(name: str, estimate: Estimate) -> str | None:
    """`61 ms to 68 ms`; None where the calls limit neither end."""
    write: Callable[[float | None], str] = (
        duration if name in QUANTILES else rate if name == "comments_per_s" else percent
    )
    low, high = write(estimate.low), write(estimate.high)
    if isfinite(estimate.low) and isfinite(estimate.high):
        return say("latency.interval.between", low=low, high=high)
    if isfinite(estimate.low):
        return say("latency.interval.at_least", low=low)
    return say("latency.interval.at_most", high=high) if isfinite(estimate.high) else None


def compared_line(comparison: Comparison, zone: tzinfo) -> str:
    """`3,900 calls, 11:05–12:05`: what the changes are against; Markdown."""
    there, is_before = comparison.there, comparison.comparand.against is ComparedWith.BEFORE
    if there is None:
        return say("latency.compare.none_before" if is_before else "latency.compare.none_here")
    if is_before:
        return count("latency.compare.calls_before", there.summary.calls, span=_span(there, zone))
    if not comparison.here.summary.calls:
        return say("latency.compare.no_others")
    here = plain(_own_name(comparison.here))
    return count("latency.compare.calls_here", there.summary.calls, here=here)


def comparand_label(comparand: Comparand, texts: Texts | None = None) -> str:
    """`the time before`, `backend gpu`, `gpu, version 7c1e`: plain text, also in the address. In
    the reader's words without `texts`."""
    words = texts or staff_texts()
    return words.say(
        f"latency.compare.{comparand.against.name.lower()}",
        backend=comparand.backend,
        version=comparand.model_version,
    )


def _own_name(group: ComparedGroup) -> str:
    names = ", ".join(group.traffic.backends or ()) or NONE
    if not group.traffic.models:
        return names
    return say("latency.compare.revision", backend=names, version=group.traffic.models[0])


def _span(group: ComparedGroup, zone: tzinfo) -> str:
    ends = [moment.astimezone(zone) for moment in (group.window.since, group.window.until)]
    is_short = (ends[1] - ends[0]).days < 1
    return "–".join(
        f"{each:%H:%M}" if is_short else f"{short_day(each)} {each:%H:%M}" for each in ends
    )


def _interval_of_change(name: str, change: FigureChange) -> str:
    found = change.difference
    if not found.is_bounded:
        return ""
    low, high = (signed(name, end, change.old.value) for end in (found.low, found.high))
    return say("latency.interval.of_change", low=low, high=high)


def _color(name: str, verdict: ChangeVerdict) -> Color:
    if verdict is ChangeVerdict.BURSTS:
        return "orange"
    if verdict in (ChangeVerdict.NOISE, ChangeVerdict.UNKNOWN) or name not in WORSE_IS_MORE:
        return "gray"
    return "red" if verdict is ChangeVerdict.MORE else "green"
