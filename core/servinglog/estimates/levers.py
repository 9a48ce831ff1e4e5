"""What would make a job faster, the strongest first: what of it was measured here, and what it
costs in decisions that change. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np

from core.servinglog.estimates.calls import Calls
from core.servinglog.estimates.forecast import ENOUGH, FEWEST, NEAR, forecast
from core.servinglog.estimates.plan import JobForecast, Scaling

NO_FLIPS = "0: the same scores"


class LeverKind(StrEnum):
    """What is changed."""

    BATCH = "batch"
    PRECISION = "precision"
    CASCADE = "cascade"
    CACHE = "cache"
    REPLICAS = "replicas"
    BACKEND = "another backend"


@dataclass(frozen=True, slots=True)
class Lever:
    """`factor` is the job's time with it as a multiple of the time without; None if that was not
    measured here, or if the lever is pulled already. `evidence` and `flips` are in words."""

    kind: LeverKind
    change: str
    factor: float | None
    evidence: str
    flips: str


@dataclass(frozen=True, slots=True)
class RuntimeMeasure:
    """A local runtime as this machine measured it: `speed` as a multiple of the reference in fp32,
    and how many of `labels` scores crossed a threshold against it."""

    backend: str
    precision: str
    speed: float
    flips: int
    labels: int

    @property
    def cost(self) -> str:
        """In decisions, in words."""
        return f"{self.flips} of {self.labels:,} labels against fp32"


@dataclass(frozen=True, slots=True)
class CascadeMeasure:
    """A calibration of the cascade: of `comments` it clears the share `cleared`, and misses
    `missed` of `flagged` flags, at most the share `bound`."""

    comments: int
    cleared: float
    missed: int
    flagged: int
    bound: float

    @property
    def cost(self) -> str:
        """In decisions, in words."""
        return f"{self.missed} of {self.flagged:,} flags missed, at most {self.bound:.2%}"


@dataclass(frozen=True, slots=True)
class ParityMeasure:
    """The newest comparison of two backends: of `compared` comments, `changed` got another decision
    by `backend` than by `reference`, and `matched` with thresholds moved to match; None if they
    can't be."""

    reference: str
    backend: str
    compared: int
    changed: int
    matched: int | None
    policy_version: int
    made_at: datetime

    @property
    def cost(self) -> str:
        """In decisions, in words."""
        moved = "" if self.matched is None else f", {self.matched:,} with thresholds that match"
        return (
            f"{self.changed:,} of {self.compared:,} decisions{moved} (compared on "
            f"{self.made_at:%-d %B %Y}, policy version {self.policy_version})"
        )


@dataclass(frozen=True, slots=True)
class SiteMeasures:
    """What a site has measured outside its serving log."""

    runtimes: tuple[RuntimeMeasure, ...] = ()
    cascade: CascadeMeasure | None = None
    parity: tuple[ParityMeasure, ...] = ()


def rank_levers(
    calls: Calls,
    now: JobForecast,
    backend: str,
    others: Mapping[str, Calls],
    measures: SiteMeasures,
) -> tuple[Lever, ...]:
    """The levers that make the job faster, then those that don't, then those not measured. `now` is
    of a moment of which nothing is known, because a slow period is no effect of a lever."""
    found = [
        *_batch(calls, now, backend, measures),
        *_replicas(calls, now),
        *_precision(backend, measures),
        _cascade(calls, measures),
        _cache(calls),
        *_backends(now, backend, others, measures),
    ]
    return tuple(sorted(found, key=lambda one: (one.factor is None, one.factor or 0.0)))


def _batch(calls: Calls, now: JobForecast, backend: str, measures: SiteMeasures) -> Iterator[Lever]:
    plan = now.plan
    sizes, counts = np.unique(calls.warm.sizes, return_counts=True)
    is_other = np.abs(sizes - plan.batch) > NEAR * plan.batch
    other = [int(size) for size in sizes[is_other & (counts >= ENOUGH)]]
    tried = [forecast(calls, replace(plan, batch=size)) for size in other if size <= plan.comments]
    timed = [one for one in tried if isinstance(one, JobForecast)]
    if not timed:
        yield Lever(
            LeverKind.BATCH,
            "calls of another size",
            None,
            f"not measured here: {ENOUGH} calls of another size are needed",
            NO_FLIPS,
        )
        return
    best = min(timed, key=lambda one: one.median_ms)
    is_local = any(one.backend == backend for one in measures.runtimes)
    yield Lever(
        LeverKind.BATCH,
        f"calls of {best.plan.batch:,}",
        best.median_ms / now.median_ms,
        f"resampled from {best.calls:,} such calls",
        NO_FLIPS if is_local else _parity(backend),
    )


def _replicas(calls: Calls, now: JobForecast) -> Iterator[Lever]:
    plan = now.plan
    levels, counts = np.unique(calls.warm.in_flight, return_counts=True)
    more = [int(one) for one in levels[counts >= ENOUGH] if one > plan.replicas]
    tried = [forecast(calls, replace(plan, replicas=count)) for count in more]
    timed = [
        one for one in tried if isinstance(one, JobForecast) and one.scaling is Scaling.MEASURED
    ]
    if timed:
        best = min(timed, key=lambda one: one.median_ms)
        words = f"resampled from {best.calls:,} calls made {best.plan.replicas} at once"
    else:
        ideal = forecast(calls, replace(plan, replicas=2 * plan.replicas))
        if not isinstance(ideal, JobForecast):
            return
        best, words = ideal, "at best: never measured here (`modconsole bench serve`)"
    yield Lever(
        LeverKind.REPLICAS,
        f"{best.plan.replicas} replicas",
        best.median_ms / now.median_ms,
        words,
        NO_FLIPS,
    )


def _precision(backend: str, measures: SiteMeasures) -> Iterator[Lever]:
    mine = _fastest(backend, measures)
    other = [
        one
        for one in measures.runtimes
        if mine is not None and one.backend == backend and one.precision != mine.precision
    ]
    for one in other:
        assert mine is not None  # or there is no other
        yield Lever(
            LeverKind.PRECISION,
            f"{one.precision} instead of {mine.precision}",
            mine.speed / one.speed,
            "measured on this machine when it chose its runtime",
            one.cost,
        )
    if not other:
        yield Lever(
            LeverKind.PRECISION,
            "another precision",
            None,
            "not measured here: `modconsole bench local`",
            "not measured here",
        )


def _cascade(calls: Calls, measures: SiteMeasures) -> Lever:
    found = measures.cascade
    cost = found.cost if found else "not measured here"
    cleared, comments = int(calls.cleared.sum()), int(calls.sizes.sum())
    if cleared:
        words = f"on already: {cleared / comments:.0%} of the logged comments were cleared by it"
        return Lever(LeverKind.CASCADE, "a first stage", None, words, cost)
    if found is None:
        words = "not measured here: `modconsole cascade calibrate`"
        return Lever(LeverKind.CASCADE, "a first stage", None, words, cost)
    words = f"at best: it clears {found.cleared:.0%} of {found.comments:,} comments of this site"
    return Lever(LeverKind.CASCADE, "a first stage", 1.0 - found.cleared, words, cost)


def _cache(calls: Calls) -> Lever:
    hits, comments = int(calls.cache_hits.sum()), int(calls.sizes.sum())
    words = (
        f"on already: {hits / comments:.0%} of the logged comments came from it"
        if hits
        else "nothing came from it: comments hardly repeat here, or it is off"
    )
    return Lever(LeverKind.CACHE, "a cache of scores", None, words, NO_FLIPS)


def _backends(
    now: JobForecast, backend: str, others: Mapping[str, Calls], measures: SiteMeasures
) -> Iterator[Lever]:
    mine = _fastest(backend, measures)
    timed: set[str] = set()
    for name, calls in others.items():
        found = forecast(calls, now.plan)
        if isinstance(found, JobForecast):
            timed.add(name)
            theirs = _fastest(name, measures)
            yield Lever(
                LeverKind.BACKEND,
                name,
                found.median_ms / now.median_ms,
                f"resampled from {found.calls:,} of its calls",
                theirs.cost if theirs else _compared(backend, name, measures),
            )
    for name in dict.fromkeys(one.backend for one in measures.runtimes):
        theirs = _fastest(name, measures)
        if mine is not None and theirs is not None and name not in {backend, *timed}:
            yield Lever(
                LeverKind.BACKEND,
                f"{name} {theirs.precision}",
                mine.speed / theirs.speed,
                "measured on this machine when it chose its runtime",
                theirs.cost,
            )
    if not timed and mine is None:
        words = f"not measured here: no other backend has {FEWEST} calls of this size"
        yield Lever(LeverKind.BACKEND, "none was logged", None, words, _parity(backend))


def _fastest(backend: str, measures: SiteMeasures) -> RuntimeMeasure | None:
    mine = (one for one in measures.runtimes if one.backend == backend)
    return max(mine, key=lambda one: one.speed, default=None)


def _compared(backend: str, other: str, measures: SiteMeasures) -> str:
    found = (one for one in measures.parity if (one.reference, one.backend) == (backend, other))
    known = next(found, None)
    return known.cost if known else _parity(backend, other)


def _parity(*names: str) -> str:
    pair = f" --backends {' '.join(names)}" if len(names) > 1 else ""
    return f"not measured here: `modconsole bench parity{pair}`"
