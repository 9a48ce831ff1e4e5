"""A figure of two groups of calls compared: the change with its interval, and what it is worth.
Pure."""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, inf

from core.servinglog.comparing.intervals import Estimate


class ChangeVerdict(StrEnum):
    """Whether a change is more than noise. `bursts`: more than the chance of single calls, but not
    more than stretches of the same period differ from each other. `unknown`: too few calls."""

    MORE = "more"
    LESS = "less"
    BURSTS = "bursts"
    NOISE = "noise"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MeasuredFigure:
    """One figure of one group of calls. `estimate` allows for calls that resemble their neighbours;
    `alone` takes each for itself, so its interval is narrower."""

    estimate: Estimate
    alone: Estimate


@dataclass(frozen=True, slots=True)
class FigureChange:
    """How much more a figure is than the one it is compared with, with the interval of that."""

    new: Estimate
    old: Estimate
    difference: Estimate
    verdict: ChangeVerdict


def change(new: MeasuredFigure, old: MeasuredFigure) -> FigureChange:
    """The change from `old` to `new`; `more` and `less` where its interval leaves out zero."""
    found = difference(new.estimate, old.estimate)
    if found.low > 0.0:
        verdict = ChangeVerdict.MORE
    elif found.high < 0.0:
        verdict = ChangeVerdict.LESS
    elif _is_apart(difference(new.alone, old.alone)):
        verdict = ChangeVerdict.BURSTS
    elif found.is_bounded:
        verdict = ChangeVerdict.NOISE
    else:
        verdict = ChangeVerdict.UNKNOWN
    return FigureChange(new.estimate, old.estimate, found, verdict)


def difference(new: Estimate, old: Estimate) -> Estimate:
    """`new` less `old`, for independent groups: G. Y. Zou, A. Donner, Statistics in Medicine 27
    (2008), whose intervals need not be symmetrical."""
    value = new.value - old.value
    down = _reach(new.value - new.low, old.high - old.value)
    up = _reach(new.high - new.value, old.value - old.low)
    return Estimate(value, value - down, value + up)


def _reach(one: float, other: float) -> float:
    return inf if inf in (one, other) else hypot(max(0.0, one), max(0.0, other))


def _is_apart(found: Estimate) -> bool:
    return found.low > 0.0 or found.high < 0.0
