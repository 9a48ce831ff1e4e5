"""The jobs file: what runs when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.batch.schedule.times import time_before, times_after
from core.errors import ConfigError, InvalidInput
from core.named_tables import read_named_tables

COMMANDS = ("ingest", "score", "logs", "outbox", "digest", "erase expired")
"""What a job may begin with. What a person must look at first, as `erase author`, is none."""
FROM, TO = "{from}", "{to}"
MOST_RETRIES = 20


class MissedRuns(StrEnum):
    """What happens with times that passed while no scheduler ran, or while a run took too long."""

    LAST = "last"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Job:
    """`command` are the words after `modconsole`; `{from}` and `{to}` in them stand for the job's
    time before and its present one. A run that failed for a reason that may pass is tried again
    `retries` times, after `retry_after_s` seconds, then after twice as many, and so on."""

    name: str
    cron: str
    zone: ZoneInfo
    command: tuple[str, ...]
    missed: MissedRuns = MissedRuns.LAST
    retries: int = 2
    retry_after_s: float = 60.0

    def words(self, planned_at: datetime) -> list[str]:
        """The command for that time."""
        times = {FROM: time_before(self.cron, self.zone, planned_at), TO: planned_at}
        words = []
        for word in self.command:
            for mark, moment in times.items():
                word = word.replace(mark, moment.astimezone(UTC).isoformat())  # noqa: PLW2901
            words.append(word)
        return words

    def next_after(self, moment: datetime) -> datetime:
        """The first of its times after the moment, in UTC."""
        return next(times_after(self.cron, self.zone, moment))


def read_jobs(path: Path) -> tuple[Job, ...]:
    """The jobs in the order of the file; none without a file. Raises ConfigError naming the job and
    the entry that is wrong."""
    tables = read_named_tables(path, "job") or {}
    return tuple(_job(path.name, name, table) for name, table in tables.items())


def _job(file: str, name: str, table: Mapping[str, Any]) -> Job:
    place = f"{file}, job {name!r}"
    known = {field.name for field in fields(Job)} - {"name"}
    if unknown := table.keys() - known:
        raise ConfigError(f"{place}: unknown entry {min(unknown)!r}")
    if missing := {"cron", "command"} - table.keys():
        raise ConfigError(f"{place}: {min(missing)!r} is missing")
    job = Job(
        name,
        _text(place, "cron", table["cron"]),
        _zone(place, table),
        _command(place, table["command"]),
        _missed(place, table),
        int(_number(place, table, "retries", 2, MOST_RETRIES)),
        float(_number(place, table, "retry_after_s", 60.0, 86_400)),
    )
    try:
        job.next_after(datetime(2000, 1, 1, tzinfo=UTC))
    except (InvalidInput, StopIteration) as error:
        raise ConfigError(f"{place}: {error or 'cron never comes'}") from None
    return job


def _text(place: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{place}: `{name}` is not a text")
    return value


def _command(place: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigError(f"{place}: `command` is not a list of texts")
    words: Sequence[str] = value
    if not any(words[: len(each.split())] == each.split() for each in COMMANDS):
        raise ConfigError(f"{place}: `command` begins with {' or '.join(COMMANDS)}")
    return tuple(words)


def _zone(place: str, table: Mapping[str, Any]) -> ZoneInfo:
    name = _text(place, "zone", table.get("zone", "UTC"))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{place}: there is no time zone {name!r}") from None


def _missed(place: str, table: Mapping[str, Any]) -> MissedRuns:
    try:
        return MissedRuns(table.get("missed", MissedRuns.LAST))
    except ValueError:
        raise ConfigError(f"{place}: `missed` is {' or '.join(MissedRuns)}") from None


def _number(place: str, table: Mapping[str, Any], name: str, default: float, most: float) -> float:
    value = table.get(name, default)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most or (name == "retries" and value != int(value)):
        raise ConfigError(f"{place}: `{name}` is a number from 0 to {most:,.0f}")
    return float(value)
