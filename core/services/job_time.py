"""How long a job of comments will take, and what would make it faster, from the serving log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.answers import Series
from core.servinglog.estimates.calls import Calls, as_calls
from core.servinglog.estimates.cold import cold_extra, with_cold_start
from core.servinglog.estimates.forecast import forecast
from core.servinglog.estimates.levers import Lever, SiteMeasures, rank_levers
from core.servinglog.estimates.plan import JobForecast, JobPlan, TooFew
from core.servinglog.record import LIVE_MODES
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

LOOKED_BACK = timedelta(days=7)
"""Before the backend's newest call: older calls say little about how fast it is now."""
MOST_COMMENTS, MOST_BATCH, MOST_REPLICAS = 100_000_000, 10_000, 64
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WantedJob:
    """`backend` is the one with the newest live call if it is None, `batch` the most usual size of
    its calls, `chars` the mean length of the logged comments."""

    comments: int
    backend: str | None = None
    batch: int | None = None
    replicas: int = 1
    chars: float | None = None


@dataclass(frozen=True, slots=True)
class JobTime:
    """The answer: `warm`, and after a cold start `cold`, which is None if `cold_starts` is 0 or
    there is no warm answer. `calls` were read, made in [since, until); `sizes` are the batch sizes
    they have, the most usual first."""

    backend: str
    plan: JobPlan
    warm: JobForecast | TooFew
    cold: JobForecast | None
    cold_starts: int
    levers: tuple[Lever, ...]
    calls: int
    sizes: tuple[int, ...]
    since: datetime
    until: datetime


def logged_backends(actor: Actor, log: "ServingLogQueries", clock: Clock) -> tuple[str, ...]:
    """Backends with a live call, the newest first. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    return tuple(_newest(log.series_names(clock.now() + _TICK)))


def estimate_job(
    actor: Actor,
    log: "ServingLogQueries",
    clock: Clock,
    wanted: WantedJob,
    measures: SiteMeasures,
) -> JobTime:
    """The same log gives the same answer. Raises PermissionDenied, StoreError, InvalidInput for
    figures out of range, and NotFound if the log has no live call of that backend, or of any."""
    check_can(actor, Permission.SEE_SERVING)
    _check(wanted)
    until = clock.now() + _TICK
    newest = _newest(log.series_names(until))
    backend = wanted.backend or next(iter(newest), None)
    if backend is None:
        raise NotFound("The serving log holds no live call yet.")
    if backend not in newest:
        known = ", ".join(newest) or "none"
        raise NotFound(f"The serving log holds no live call of {backend!r}; it has: {known}.")
    window = _window(newest[backend])
    calls = as_calls(log.estimate_calls(window, backend))
    sizes = _sizes(calls)
    batch = wanted.batch or (sizes[0] if sizes else 1)
    plan = JobPlan(wanted.comments, min(batch, wanted.comments), wanted.replicas, wanted.chars)
    warm = forecast(calls, plan, until.timestamp())
    extra = cold_extra(calls)
    is_known = isinstance(warm, JobForecast)
    return JobTime(
        backend=backend,
        plan=plan,
        warm=warm,
        cold=with_cold_start(warm, extra) if isinstance(warm, JobForecast) and len(extra) else None,
        cold_starts=len(extra),
        levers=_levers(log, newest, backend, calls=calls, plan=plan, measures=measures)
        if is_known
        else (),
        calls=len(calls),
        sizes=sizes,
        since=window.since,
        until=window.until,
    )


def _levers(
    log: "ServingLogQueries",
    newest: Mapping[str, datetime],
    backend: str,
    *,
    calls: Calls,
    plan: JobPlan,
    measures: SiteMeasures,
) -> tuple[Lever, ...]:
    others = {
        name: as_calls(log.estimate_calls(_window(last_at), name))
        for name, last_at in newest.items()
        if name != backend
    }
    some_day = forecast(calls, plan)
    assert isinstance(some_day, JobForecast)  # the same calls were enough for today
    return rank_levers(calls, some_day, backend, others, measures)


def _window(last_at: datetime) -> Window:
    return Window(last_at - LOOKED_BACK, last_at + _TICK)


def _check(wanted: WantedJob) -> None:
    limits = (
        ("comments", wanted.comments, MOST_COMMENTS),
        ("comments a call", wanted.batch, MOST_BATCH),
        ("replicas", wanted.replicas, MOST_REPLICAS),
        ("characters", wanted.chars, MOST_COMMENTS),
    )
    for name, value, most in limits:
        if value is not None and not 1 <= value <= most:
            raise InvalidInput(f"{value:,} {name}: give 1 to {most:,}")


def _newest(series: Sequence[Series]) -> dict[str, datetime]:
    """The time of the newest live call of each backend, the newest first."""
    found: dict[str, datetime] = {}
    for one in series:
        if one.mode in LIVE_MODES:
            found[one.backend] = max(one.last_at, found.get(one.backend, one.last_at))
    return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0]), reverse=True))


def _sizes(calls: Calls) -> tuple[int, ...]:
    """The most usual first: by how many comments came in calls of that size."""
    sizes, counts = np.unique(calls.sizes, return_counts=True)
    order = np.argsort(-sizes * counts, kind="stable")
    return tuple(int(size) for size in sizes[order])
