"""A change of a figure in words: how much, and whether it is more than noise. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from core.services.comparison import Comparand, ComparedGroup, ComparedWith, Comparison
from core.servinglog.comparing.differences import ChangeVerdict, FigureChange
from core.servinglog.comparing.intervals import Estimate
from core.servinglog.percentiles import QUANTILES
from dashboard.figures import NONE, counted, duration, percent, rate
from dashboard.wording import plain

Color = Literal["red", "green", "orange", "gray"]
NOTES: dict[ChangeVerdict, str] = {
    ChangeVerdict.MORE: "more than noise",
    ChangeVerdict.LESS: "more than noise",
    ChangeVerdict.BURSTS: "in bursts",
    ChangeVerdict.NOISE: "within noise",
    ChangeVerdict.UNKNOWN: "too few calls to tell",
}
MEANINGS: dict[ChangeVerdict, str] = {
    ChangeVerdict.MORE: "The interval of the change leaves out zero.",
    ChangeVerdict.LESS: "The interval of the change leaves out zero.",
    ChangeVerdict.BURSTS: "Single calls differ by more than chance, but the difference comes from "
    "a few stretches of time, and stretches of one period differ as much: look where they are.",
    ChangeVerdict.NOISE: "The interval of the change holds zero.",
    ChangeVerdict.UNKNOWN: "Calls that resemble their neighbours tell too little for an interval.",
}
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
        return f"{value:+,.{digits}f} ms"
    if name == "comments_per_s":
        return f"{value / old:+.0%}".replace("%", " %") if old else f"{value:+.2g} /s"
    return f"{value * 100:+.2f} pp"


def interval(name: str, estimate: Estimate) -> str | None:
    """`61 to 68 ms`; None where the calls limit neither end."""
    write: Callable[[float | None], str] = (
        duration if name in QUANTILES else rate if name == "comments_per_s" else percent
    )
    low, high = abs(estimate.low) < float("inf"), abs(estimate.high) < float("inf")
    if low and high:
        return f"{write(estimate.low)} to {write(estimate.high)}"
    if low:
        return f"at least {write(estimate.low)}"
    return f"at most {write(estimate.high)}" if high else None


def compared_line(comparison: Comparison, zone: tzinfo) -> str:
    """`3,900 calls, 11:05–12:05`: what the changes are against; Markdown."""
    there, comparand = comparison.there, comparison.comparand
    if there is None:
        if comparand.against is ComparedWith.BEFORE:
            return "There is no call before it to compare with."
        return "There is no such call in this window."
    here = _own_name(comparison.here)
    calls = counted(there.summary.calls, "call")
    if comparand.against is ComparedWith.BEFORE:
        return f"{calls}, {_span(there, zone)}"
    if not comparison.here.summary.calls:
        return "The filter leaves no other calls of this window to compare with these."
    return f"{calls} in the same window, against {plain(here)} in the tiles"


def comparand_label(comparand: Comparand) -> str:
    """`the time before`, `backend gpu`, `gpu, version 7c1e`: plain text, also in the address."""
    if comparand.against is ComparedWith.BEFORE:
        return "the time before"
    if comparand.against is ComparedWith.BACKEND:
        return f"backend {comparand.backend}"
    return f"{comparand.backend}, version {comparand.model_version}"


def _own_name(group: ComparedGroup) -> str:
    names = ", ".join(group.traffic.backends or ()) or NONE
    return f"{names}, version {group.traffic.models[0]}" if group.traffic.models else names


def _span(group: ComparedGroup, zone: tzinfo) -> str:
    since, until = (moment.astimezone(zone) for moment in (group.window.since, group.window.until))
    form = "%H:%M" if (until - since).days < 1 else "%d %b %H:%M"
    return f"{since:{form}}–{until:{form}}"


def _interval_of_change(name: str, change: FigureChange) -> str:
    found = change.difference
    if not found.is_bounded:
        return ""
    low, high = (signed(name, end, change.old.value) for end in (found.low, found.high))
    return f"99 % interval of the change: {low} to {high}."


def _color(name: str, verdict: ChangeVerdict) -> Color:
    if verdict is ChangeVerdict.BURSTS:
        return "orange"
    if verdict in (ChangeVerdict.NOISE, ChangeVerdict.UNKNOWN) or name not in WORSE_IS_MORE:
        return "gray"
    return "red" if verdict is ChangeVerdict.MORE else "green"
