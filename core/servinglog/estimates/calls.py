"""Logged calls as columns, and what each of them cost the job that made it. Pure."""

from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.servinglog.record import Mode

LONGEST_PAUSE_S = 2.0
"""A longer time between two calls of a process is a pause between jobs, not work on one."""

SHORTEST_MS, LONGEST_MS = 1e-3, 1e9
"""What is outside of them is no measurement, and has no logarithm or no square."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class LoggedCall(NamedTuple):
    """One call of the log. `started_s` counts from any moment; `is_cold` if its process had made no
    call before, or none for long; `cleared` comments were answered by a first stage alone."""

    started_s: float
    process: str
    mode: str
    batch_size: int
    chars: int
    total_ms: float
    is_failed: bool = False
    is_cold: bool = False
    cache_hits: int = 0
    cleared: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Answered calls in the order of their start, one element a call in each array.

    `ms` is what a call cost its job: its own time, that of calls of the same process that failed
    before it, and in a batch the time until the process made the next one. `in_flight` is the mean
    number of calls that were under way during it, itself included, rounded.
    """

    started_s: Floats
    ms: Floats
    sizes: Ints
    chars: Ints
    in_flight: Ints
    modes: NDArray[np.str_]
    is_cold: Bools
    cache_hits: Ints
    cleared: Ints

    def __len__(self) -> int:
        return len(self.ms)

    def only(self, which: Bools) -> Self:
        """Those calls, in the same order."""
        return type(self)(*(getattr(self, one.name)[which] for one in fields(self)))

    @property
    def warm(self) -> "Calls":
        """Without cold starts."""
        return self.only(~self.is_cold)


def as_calls(logged: list[LoggedCall]) -> Calls:
    """The answered calls of a log, each with its cost. Failed calls after the last answered one of
    their process cost nobody anything more, and are left out."""
    rows = sorted(logged, key=lambda one: (one.started_s, one.process))
    started = np.array([one.started_s for one in rows], dtype=np.float64)
    total_ms = np.clip([one.total_ms for one in rows], SHORTEST_MS, LONGEST_MS)
    flights = _in_flight(started, total_ms / 1000.0)
    answered = np.array([not one.is_failed for one in rows], dtype=np.bool_)
    every = Calls(
        started_s=started,
        ms=total_ms + _failed_ms(rows) + _between_ms(rows),
        sizes=np.array([one.batch_size for one in rows], dtype=np.int64),
        chars=np.array([one.chars for one in rows], dtype=np.int64),
        in_flight=flights,
        modes=np.array([str(one.mode) for one in rows], dtype=np.str_),
        is_cold=np.array([one.is_cold for one in rows], dtype=np.bool_),
        cache_hits=np.array([one.cache_hits for one in rows], dtype=np.int64),
        cleared=np.array([one.cleared for one in rows], dtype=np.int64),
    )
    return every.only(answered)


def _failed_ms(rows: list[LoggedCall]) -> Floats:
    """For each call the time of the failed calls of its process since the answered one before."""
    waiting: dict[str, float] = {}
    found = np.zeros(len(rows))
    for at, one in enumerate(rows):
        if one.is_failed:
            waiting[one.process] = waiting.get(one.process, 0.0) + one.total_ms
        else:
            found[at] = waiting.pop(one.process, 0.0)
    return found


def _between_ms(rows: list[LoggedCall]) -> Floats:
    """For each call of a batch the time until its process began the next one; where that is not
    known, because a job ended or paused, the median of the others."""
    found = np.zeros(len(rows))
    known: list[int] = []
    last: dict[str, int] = {}
    for at, one in enumerate(rows):
        if one.mode != Mode.BATCH:
            continue
        before = last.get(one.process)
        last[one.process] = at
        if before is None:
            continue
        earlier = rows[before]
        pause_s = one.started_s - earlier.started_s - earlier.total_ms / 1000.0
        if pause_s <= LONGEST_PAUSE_S:
            found[before] = max(0.0, pause_s * 1000.0)
            known.append(before)
    if known:
        is_unknown = np.array([one.mode == Mode.BATCH for one in rows], dtype=np.bool_)
        is_unknown[known] = False
        found[is_unknown] = float(np.median(found[known]))
    return found


def _in_flight(started_s: Floats, lasted_s: Floats) -> Ints:
    """The mean number of calls under way during each call, itself included."""
    if not len(started_s):
        return np.zeros(0, dtype=np.int64)
    ended_s = started_s + np.maximum(lasted_s, 1e-6)
    moments = np.concatenate([started_s, ended_s])
    steps = np.concatenate([np.ones(len(started_s)), -np.ones(len(started_s))])
    order = np.argsort(moments, kind="stable")
    moments, under_way = moments[order], np.cumsum(steps[order])
    # Call seconds spent by all calls until each moment; between two moments the count is constant.
    spent = np.concatenate([[0.0], np.cumsum(under_way[:-1] * np.diff(moments))])
    mean = np.interp(ended_s, moments, spent) - np.interp(started_s, moments, spent)
    levels: Ints = np.maximum(1, np.rint(mean / (ended_s - started_s))).astype(np.int64)
    return levels
