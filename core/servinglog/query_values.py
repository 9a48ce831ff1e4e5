"""Values into the queries to the serving log, and out of them."""

import pandas as pd

from core.servinglog.answers import series_name

ESTIMATE_CALLS, ESTIMATE_PARTS = 5_000, 100
"""Of a longer log so many calls are read for an estimate, from so many of its minutes."""
COLD_CALLS = 200
COLD_AFTER_S = 600
"""A process that made no call for so long starts cold."""


def named_in(text: str, given: dict[str, object]) -> dict[str, object]:
    """The parameters that a statement has: DuckDB refuses others."""
    return {name: value for name, value in given.items() if f"${name}" in text}


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
