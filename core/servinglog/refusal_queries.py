"""Refused requests of the serving log over time. Adapter: DuckDB."""

from collections.abc import Mapping
from datetime import datetime

from core.servinglog.archive.plan import HOUR
from core.servinglog.lines import REFUSAL
from core.servinglog.moments import naive
from core.servinglog.queries import HOUR_S, ServingLogQueries
from core.servinglog.tables import statement
from core.servinglog.windows import Span, Window, whole


def refused_by_time(
    log: ServingLogQueries, window: Window, first: datetime, step_s: float
) -> Mapping[int, int]:
    """How many requests of the window were refused in each step of time, by its place from `first`
    on; steps without any are left out. Raises StoreError."""
    inside = whole(window, HOUR)
    edges = (
        Span(REFUSAL, window.since, inside.since),
        Span(REFUSAL, inside.until, window.until),
    )
    every = (Span(REFUSAL, window.since, window.until),)
    given = {
        "since": naive(window.since),
        "until": naive(window.until),
        "whole_since": naive(inside.since),
        "whole_until": naive(inside.until),
        "first": naive(first),
        "step_us": max(1, round(step_s * 1e6)),
    }
    with log.cursor(*(edges if step_s >= HOUR_S else every)) as cursor:
        rows = cursor.execute(statement("refused_by_time"), given).fetchall()
    return dict(rows)
