"""Values into the queries to the serving log, and out of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import pandas as pd

from core.servinglog.answers import series_name
from core.servinglog.lines import LineFormat
from core.servinglog.tables import statement
from core.servinglog.windows import Window


def oldest(form: LineFormat, records: Iterable[Any], limit: int) -> tuple[Any, ...]:
    """The first records in time, each once."""
    by_time = attrgetter(form.time, form.fields[0].name)
    return tuple(sorted(dict.fromkeys(records), key=by_time)[:limit])


def columns_of(form: LineFormat, name: str) -> str:
    return statement(name).format(names=", ".join(one.name for one in form.fields))


def values_of(form: LineFormat, row: Sequence[Any]) -> dict[str, Any]:
    values = {one.name: value for one, value in zip(form.fields, row, strict=True)}
    return values | {form.time: utc(values[form.time])}


def window_values(
    window: Window, modes: Sequence[str] | None, backends: Sequence[str] | None
) -> dict[str, object]:
    """The parameters of a query about the calls of a window; None is all modes or backends."""
    return {
        "since": naive(window.since),
        "until": naive(window.until),
        "modes": None if modes is None else list(modes),
        "backends": None if backends is None else list(backends),
    }


def named_in(text: str, given: dict[str, object]) -> dict[str, object]:
    """The parameters that a statement has: DuckDB refuses others."""
    return {name: value for name, value in given.items() if f"${name}" in text}


def naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds `series`, the display name of backend and mode; null where both are null."""
    frame["series"] = [
        series_name(backend, mode) if isinstance(backend, str) else None
        for backend, mode in zip(frame["backend"], frame["mode"], strict=True)
    ]
    return frame
