"""Whether what comes in, and what the model makes of it, differs from a reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.moderation.daily_drift import MeasureDrift, find_drift
from core.moderation.daily_measures import DAY_US, measures_of
from core.moderation.history import History
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.reliability import RemovalBand, removed_by_score
from core.services.context import Context
from core.services.policy_history import PolicyHistory

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReferencePlace(StrEnum):
    """Which days are compared with: those just before, or the first ones on record, against which
    a slow change shows, too."""

    BEFORE = "before"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class WantedDrift:
    """The last `days` whole days of UTC against `reference_days`."""

    days: int = 7
    reference_days: int = 28
    place: ReferencePlace = ReferencePlace.BEFORE


@dataclass(frozen=True, slots=True)
class DriftReport:
    """`since` to `until` was compared with `reference_since` to `reference_until`; ends are not
    part. `bands` tell how often people removed what had which score, in the time that was
    compared."""

    since: datetime
    until: datetime
    reference_since: datetime
    reference_until: datetime
    measures: Sequence[MeasureDrift]
    bands: Sequence[RemovalBand]


def load_drift(
    context: Context, actor: Actor, past: PolicyHistory, wanted: WantedDrift
) -> DriftReport:
    """The days are those on which texts came in; today is left out, because it is not over. Raises
    PermissionDenied and StoreError."""
    check_can(actor, Permission.SEE_DRIFT)
    history = past.read()
    end = (context.clock.now() - _EPOCH).days
    first = end - wanted.days
    reference = _reference(history, wanted, first)
    with context.store.read() as reader:
        texts = list(reader.text_counts(_time(reference[0]), _time(end)))
    days = history.received_at // DAY_US
    return DriftReport(
        since=_time(first),
        until=_time(end),
        reference_since=_time(reference[0]),
        reference_until=_time(reference[1]),
        measures=find_drift(measures_of(history, texts), first, end, reference),
        bands=removed_by_score(history.at((days >= first) & (days < end))),
    )


def _reference(history: History, wanted: WantedDrift, first: int) -> tuple[int, int]:
    """The days (first, end), which end before `first` at the latest."""
    begin = first - wanted.reference_days
    if wanted.place is ReferencePlace.FIRST and len(history):
        begin = min(begin, int(history.received_at.min() // DAY_US))
    return begin, min(first, begin + wanted.reference_days)


def _time(day: int) -> datetime:
    return _EPOCH + timedelta(days=day)
