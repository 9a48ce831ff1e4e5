"""Queries to the serving log for the calls of one request. Adapter: DuckDB."""

from datetime import datetime, timedelta

from core.servinglog.find import FOUND_LIMIT, read_calls
from core.servinglog.lines import CALL
from core.servinglog.moments import naive
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ServingRecord
from core.servinglog.windows import Span

AROUND = timedelta(minutes=10)
"""How long before and after a call the others of its request are looked for."""


def calls_of_request(
    log: ServingLogQueries, call_id: str, at: datetime
) -> tuple[ServingRecord, ...]:
    """The call with that id that started at about that time, and the others of its request, oldest
    first. Unlike a search by id it reads only the rows around that time. Raises StoreError."""
    since, until = at - AROUND, at + AROUND
    given = {
        "since": naive(since),
        "until": naive(until),
        "id": call_id,
        "limit": FOUND_LIMIT,
    }
    with log.cursor(Span(CALL, since, until)) as cursor:
        return read_calls(cursor, "request_calls", given)
