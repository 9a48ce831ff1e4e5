"""Values into the queries to the serving log, and out of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from core.servinglog.answers import series_name
from core.servinglog.windows import Window

ESTIMATE_CALLS, ESTIMATE_PARTS = 5_000, 100
"""Of a longer log so many calls are read for an estimate, from so many of its minutes."""
COLD_CALLS = 200
COLD_AFTER_S = 600
"""A process that made no call for so long starts cold."""


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
    """In UTC without a zone, as in the tables."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def utc(moment: datetime) -> datetime:
    """Back from the tables."""
    return moment.replace(tzinfo=UTC)


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds `series`, the display name of backend and mode; null where both are null."""
    frame["series"] = [
        series_name(backend, mode) if isinstance(backend, str) else None
        for backend, mode in zip(frame["backend"], frame["mode"], strict=True)
    ]
    return frame


def estimate_values(backend: str) -> dict[str, object]:
    """Of the query for calls that an estimate draws from."""
    return {
        "backend": backend,
        "limit": ESTIMATE_CALLS,
        "parts": ESTIMATE_PARTS,
        "idle_s": COLD_AFTER_S,
        "cold_limit": COLD_CALLS,
    }
