"""Whether what a survey found may be imported. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from core.servinglog.importing.calls import LogFormat
from core.servinglog.importing.durations import DurationUnit
from core.servinglog.importing.spread import (
    MOST_AT_ONCE,
    as_words,
    is_plausible,
    other_units,
)
from core.servinglog.importing.survey import Survey

_AN_HOUR = (timedelta(minutes=50), timedelta(minutes=70))
_FEW = 20
MOST_UNUSABLE = 0.5


@dataclass(frozen=True, slots=True)
class UnitSource:
    """The unit that the durations were read in: `is_given` by `--unit`, `named` if the column's
    name says the same."""

    unit: DurationUnit | None
    is_given: bool
    named: bool


def problems(
    found: Survey, log_format: LogFormat, source: UnitSource, *, has_zone: bool, is_whole: bool
) -> Iterator[str]:
    """Each reason not to import, as a sentence without the file's name. `has_zone` is whether a
    zone with `--zone` was given, `is_whole` whether nothing of the file was imported before."""
    if not found.lines and is_whole:
        yield "the file is empty"
        return
    usable = found.calls + found.counted
    if found.unusable and found.unusable_count > MOST_UNUSABLE * (usable + found.unusable_count):
        why, reason = max(found.unusable.items(), key=lambda one: one[1].count)
        yield (
            f"line {reason.first_line}: {why}. {found.unusable_count:,} of "
            f"{usable + found.unusable_count:,} lines about a call can't be used, so nothing is "
            "imported"
        )
        return
    if not usable and is_whole:
        yield (
            f"no call in {found.lines:,} lines"
            + (f"; --path leaves out {found.left_out:,}" if found.left_out else "")
        )
        return
    if found.without_zone and not has_zone:
        yield (
            "its times have no zone. Say which the server's clock had: --zone UTC, or a place like "
            "--zone Europe/Berlin"
        )
    yield from _clock_problems(found)
    if not log_format.is_sure_of_unit and source.unit is not None:
        yield from _unit_problems(found, source, source.unit)


def _clock_problems(found: Survey) -> Iterator[str]:
    back = found.step_back
    if back is None or not found.without_zone:
        return
    if _AN_HOUR[0] <= back.length <= _AN_HOUR[1]:
        yield (
            f"line {back.line}: the clock goes back an hour, as at the end of daylight saving, and "
            "the times have no zone. Name the place of the server (--zone Europe/Berlin): then the "
            "hour that is there twice is left out; or split the file there"
        )


def _unit_problems(found: Survey, source: UnitSource, unit: DurationUnit) -> Iterator[str]:
    if found.spread.count < 2:
        return
    groups = found.spread.two_groups()
    if groups is not None and not source.is_given:
        low, high = (as_words(ms) for ms in groups)
        yield (
            f"its durations are in two groups, about {low} and about {high}, with none between: "
            f"are they in two units? Split the file, or say --unit {unit} if all are in one"
        )
        return
    assert found.first_at is not None
    assert found.last_at is not None
    span_ms = (found.last_at - found.first_at).total_seconds() * 1000
    if span_ms > 0 and found.spread.sum_ms / span_ms > MOST_AT_ONCE:
        at_once = found.spread.sum_ms / span_ms
        yield (
            f"read in {unit}, {at_once:,.0f} calls would run at once on average: the unit is wrong"
        )
        return
    median = found.spread.quantile(0.5)
    if is_plausible(median) or found.spread.count < _FEW or (source.is_given and source.named):
        return
    others = other_units(median, unit, as_words)
    if others:
        sure = f"--unit {unit}" if not source.is_given else f"a column whose name ends with _{unit}"
        yield (
            f"read in {unit}, half of the calls take under {as_words(median)}, which scoring "
            f"hardly does. Another unit: {' or '.join(others)}; if {unit} is right: {sure}"
        )
