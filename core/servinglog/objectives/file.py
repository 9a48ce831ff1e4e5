"""The objectives file. Without it the defaults hold."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.moderation.response_times import Step
from core.named_tables import read_named_tables
from core.servinglog.objectives.rules import (
    LEAST_EVENTS,
    MONTH_DAYS,
    Objective,
    ObjectiveKind,
)

_MOST_S = 90 * 86_400.0
_STEPS = (Step.MODEL, Step.PERSON)
_COMMON = frozenset({"kind", "share", "days", "least_events"})
_ENTRIES: dict[ObjectiveKind, frozenset[str]] = {
    ObjectiveKind.LATENCY: frozenset({"within_ms"}),
    ObjectiveKind.AVAILABILITY: frozenset(),
    ObjectiveKind.DECISION: frozenset({"within_s", "step"}),
}


def default_objectives(review_hours: int) -> tuple[Objective, ...]:
    """What holds without a file."""
    return (
        Objective("latency", ObjectiveKind.LATENCY, 0.99, within=timedelta(milliseconds=500)),
        Objective("availability", ObjectiveKind.AVAILABILITY, 0.999),
        Objective(
            "decision", ObjectiveKind.DECISION, 0.99, within=timedelta(minutes=1), step=Step.MODEL
        ),
        Objective(
            "review",
            ObjectiveKind.DECISION,
            0.95,
            within=timedelta(hours=review_hours),
            step=Step.PERSON,
        ),
    )


def read_objectives(path: Path, review_hours: int) -> tuple[Objective, ...]:
    """The objectives in the order of the file; the defaults without a file. Raises ConfigError
    naming the objective and the entry that is wrong."""
    tables = read_named_tables(path, "objective")
    if tables is None:
        return default_objectives(review_hours)
    return tuple(_objective(path.name, name, table) for name, table in tables.items())


def _objective(file: str, name: str, table: Mapping[str, Any]) -> Objective:
    place = f"{file}, objective {name!r}"
    kind = _kind(place, table)
    needed = _ENTRIES[kind]
    if unknown := table.keys() - _COMMON - needed:
        raise ConfigError(f"{place}: unknown entry {min(unknown)!r}")
    if missing := (needed | {"share"}) - table.keys():
        raise ConfigError(f"{place}: {min(missing)!r} is missing")
    return Objective(
        name,
        kind,
        _share(place, table),
        within=_within(place, table),
        step=_step(place, table),
        days=_whole(place, table, "days", (7, 90), MONTH_DAYS),
        least_events=_whole(place, table, "least_events", (1, 1_000_000), LEAST_EVENTS),
    )


def _kind(place: str, table: Mapping[str, Any]) -> ObjectiveKind:
    try:
        return ObjectiveKind(table.get("kind", ""))
    except ValueError:
        raise ConfigError(f"{place}: `kind` is {' or '.join(ObjectiveKind)}") from None


def _share(place: str, table: Mapping[str, Any]) -> float:
    value = table["share"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ConfigError(f"{place}: `share` is a number above 0 and below 1")
    return float(value)


def _within(place: str, table: Mapping[str, Any]) -> timedelta | None:
    if "within_ms" in table:
        return timedelta(milliseconds=_number(place, table, "within_ms", (1, _MOST_S * 1000)))
    if "within_s" in table:
        return timedelta(seconds=_number(place, table, "within_s", (1, _MOST_S)))
    return None


def _step(place: str, table: Mapping[str, Any]) -> Step | None:
    if "step" not in table:
        return None
    if table["step"] not in list(_STEPS):
        raise ConfigError(f"{place}: `step` is {' or '.join(_STEPS)}")
    return Step(table["step"])


def _number(
    place: str, table: Mapping[str, Any], name: str, bounds: tuple[float, float], default: float = 0
) -> float:
    value = table.get(name, default)
    least, most = bounds
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most:
        raise ConfigError(f"{place}: `{name}` is a number from {least:,.0f} to {most:,.0f}")
    return float(value)


def _whole(
    place: str, table: Mapping[str, Any], name: str, bounds: tuple[float, float], default: int
) -> int:
    value = _number(place, table, name, bounds, default)
    if value != int(value):
        raise ConfigError(f"{place}: `{name}` is a whole number")
    return int(value)
