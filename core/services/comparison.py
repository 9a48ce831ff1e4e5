"""What the calls of a window are compared with, and whether their figures differ by more than
noise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.answers import Series, Summary
from core.servinglog.comparing.differences import FigureChange, MeasuredFigure, change
from core.servinglog.comparing.figures import Block, Figures, changes, shared
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window, WindowChoice, bucket_s, window_of

if TYPE_CHECKING:
    import pandas as pd

    from core.servinglog.queries import ServingLogQueries

SPARK_BUCKETS = 60


class ComparedWith(StrEnum):
    """What calls are compared with."""

    BEFORE = "before"
    BACKEND = "backend"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Comparand:
    """The period before, another backend, or another model version of one."""

    against: ComparedWith = ComparedWith.BEFORE
    backend: str = ""
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """Calls that are compared, their figures, and how many requests were refused. `trend` has a row
    for each bucket of time: bucket_at, p50, p95, p99 (ms), comments_per_s, error_share (both null
    without a call), refused."""

    window: Window
    traffic: Traffic
    summary: Summary
    figures: Figures
    refused: int
    trend: "pd.DataFrame"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The calls that the figures are of, and those that they are compared with; None without such
    calls. `changes` are by the name of the figure, with `refused_share` in place of requests."""

    comparand: Comparand
    here: ComparedGroup
    there: ComparedGroup | None
    changes: Mapping[str, FigureChange]


def list_comparands(
    actor: Actor,
    log: "ServingLogQueries",
    choice: WindowChoice,
    traffic: Traffic,
    *,
    series: Sequence[Series],
    until: datetime,
) -> tuple[Comparand, ...]:
    """The period before, each backend if there are several, and each model version but a backend's
    newest. Raises PermissionDenied, StoreError."""
    from core.servinglog.comparison_queries import revisions

    check_can(actor, Permission.SEE_SERVING)
    backends = list(dict.fromkeys(one.backend for one in series))
    others = [Comparand(ComparedWith.BACKEND, one) for one in backends] if len(backends) > 1 else []
    found = revisions(log, window_of(choice, until), traffic)
    newest = _newest((one.backend, one.model_version) for one in found)
    older = [
        Comparand(ComparedWith.REVISION, one.backend, one.model_version)
        for one in found
        if one.model_version and newest[one.backend] != one.model_version
    ]
    return (Comparand(), *others, *older)


def compare(
    actor: Actor,
    log: "ServingLogQueries",
    choice: WindowChoice,
    traffic: Traffic,
    *,
    comparand: Comparand,
    until: datetime,
) -> Comparison:
    """The calls of the window against the others. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    window = window_of(choice, until)
    is_before = comparand.against is ComparedWith.BEFORE
    here, there = _filters(log, window, traffic, comparand)
    new, new_blocks, new_refused = _group(log, window, here)
    if is_before and choice is WindowChoice.ALL:
        return Comparison(comparand, new, None, {})
    old, old_blocks, old_refused = _group(log, window.previous() if is_before else window, there)
    if not old.summary.calls or not new.summary.calls:
        return Comparison(comparand, new, old if old.summary.calls else None, {})
    found = changes(new.figures, old.figures)
    if is_before:  # refused requests have no backend and no model
        one, other = _refused(new_blocks, new_refused), _refused(old_blocks, old_refused)
        if one is not None and other is not None:
            found["refused_share"] = change(one, other)
    return Comparison(comparand, new, old, found)


def _filters(
    log: "ServingLogQueries", window: Window, traffic: Traffic, comparand: Comparand
) -> tuple[Traffic, Traffic]:
    """Which calls the figures are of, and which ones they are compared with."""
    from core.servinglog.comparison_queries import revisions

    modes, name = traffic.modes, comparand.backend
    if comparand.against is ComparedWith.BACKEND:
        others = tuple(one for one in traffic.backends or () if one != name)
        return Traffic(modes, others), Traffic(modes, (name,))
    if comparand.against is ComparedWith.REVISION:
        found = revisions(log, window, Traffic(modes, (name,)))
        newest = tuple(_newest((one.backend, one.model_version) for one in found).values())
        old = Traffic(modes, (name,), (comparand.model_version,))
        return Traffic(modes, (name,), newest), old
    return traffic, traffic


def _group(
    log: "ServingLogQueries", window: Window, traffic: Traffic
) -> tuple[ComparedGroup, Sequence[Block], Sequence[int]]:
    from core.servinglog.comparison_queries import figures
    from core.servinglog.refusal_queries import refused_by_time

    summary = log.summary(window, traffic)
    found, blocks = figures(log, window, traffic, summary)
    refused = sum(one.requests for one in log.refused(window))
    by_block = [0] * len(blocks)
    if refused and summary.first_at is not None and blocks:
        step_s = max(summary.covered_s / len(blocks), 1e-6)
        for place, number in refused_by_time(log, window, summary.first_at, step_s).items():
            by_block[min(max(place, 0), len(blocks) - 1)] += number
    trend = _trend(log, window, traffic, summary)
    return ComparedGroup(window, traffic, summary, found, refused, trend), blocks, by_block


def _trend(
    log: "ServingLogQueries", window: Window, traffic: Traffic, summary: Summary
) -> "pd.DataFrame":
    """Without its first and last bucket: the window cuts them, which would look like a drop."""
    from core.servinglog.refusal_queries import refused_by_time

    width = max(log.least_bucket_s(window), bucket_s(summary.covered_s, SPARK_BUCKETS))
    every = log.series(window, width, traffic)
    found = every[every["series"].isna()].reset_index(drop=True)
    by_place: Mapping[int, int] = {}
    if len(found):
        first = found["bucket_at"].iloc[0].to_pydatetime()
        by_place = refused_by_time(log, window, first, width)
    found = found.assign(
        error_share=(found["errors"] / found["calls"].where(found["calls"] > 0)),
        refused=[by_place.get(place, 0) for place in range(len(found))],
    )
    return found if len(found) < 8 else found.iloc[1:-1]


def _refused(blocks: Sequence[Block], refused: Sequence[int]) -> MeasuredFigure | None:
    """The share of refused requests in calls and refusals."""
    return shared(
        [(one.calls + number, number) for one, number in zip(blocks, refused, strict=True)]
    )


def _newest(versions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each backend's version that comes first."""
    found: dict[str, str] = {}
    for backend, version in versions:
        found.setdefault(backend, version)
    return found
