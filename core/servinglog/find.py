"""Single records of a serving log: those of a request, and the newest. Adapter: imports duckdb."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

import duckdb

from core.servinglog.answers import LoggedRequest
from core.servinglog.archive.plan import HOUR
from core.servinglog.lines import CALL, REFUSAL, LineFormat
from core.servinglog.moments import naive, utc
from core.servinglog.record import RefusalRecord, ServingRecord
from core.servinglog.segments import SegmentMirror
from core.servinglog.tables import statement
from core.servinglog.windows import Span

FOUND_LIMIT = 200


def find_records(mirror: SegmentMirror, wanted: str) -> LoggedRequest:
    """Those with the id of a request, a call or a trace."""
    given = {"id": wanted, "limit": FOUND_LIMIT}
    with mirror.whole() as cursor:
        calls = read_calls(cursor, "find_calls", given)
        refusals = cursor.execute(_columns_of(REFUSAL, "find_refusals"), given).fetchall()
    found: dict[LineFormat, list[Any]] = {
        CALL: [*calls],
        REFUSAL: [RefusalRecord(**_values_of(REFUSAL, row)) for row in refusals],
    }
    for form, values in mirror.find_stored(wanted):
        record = ServingRecord if form is CALL else RefusalRecord
        found[form].append(record(**values | {form.time: utc(values[form.time])}))
    return LoggedRequest(*(_oldest(form, records, FOUND_LIMIT) for form, records in found.items()))


def read_calls(
    cursor: duckdb.DuckDBPyConnection, name: str, given: Mapping[str, object]
) -> tuple[ServingRecord, ...]:
    """The calls that the statement of that name selects by its `names`."""
    rows = cursor.execute(_columns_of(CALL, name), dict(given)).fetchall()
    return tuple(ServingRecord(**_values_of(CALL, row)) for row in rows)


def newest_records(
    mirror: SegmentMirror,
    last_at: Mapping[LineFormat, datetime | None],
    until: datetime,
    limit: int,
) -> tuple[ServingRecord | RefusalRecord, ...]:
    """Of the hour before the last record of each kind, the oldest first."""
    found: list[tuple[datetime, ServingRecord | RefusalRecord]] = []
    for form, last in last_at.items():
        if last is None:
            continue
        given = {"since": naive(last - HOUR), "until": naive(until), "limit": limit}
        with mirror.cursor(Span(form, last - HOUR, until)) as cursor:
            rows = cursor.execute(_newest_of(form), given).fetchall()
        record = ServingRecord if form is CALL else RefusalRecord
        each = (_values_of(form, row) for row in rows)
        found += [(values[form.time], record(**values)) for values in each]
    return tuple(one for _, one in sorted(found, key=itemgetter(0))[-limit:])


def _oldest(form: LineFormat, records: Iterable[Any], limit: int) -> tuple[Any, ...]:
    """The first records in time, each once."""
    by_time = attrgetter(form.time, form.fields[0].name)
    return tuple(sorted(dict.fromkeys(records), key=by_time)[:limit])


def _columns_of(form: LineFormat, name: str) -> str:
    """The statement of that name with all fields."""
    return statement(name).format(names=", ".join(one.name for one in form.fields))


def _newest_of(form: LineFormat) -> str:
    """The statement for the newest records of that kind."""
    first = form.fields[0].name
    names = ", ".join(one.name for one in form.fields)
    view = "calls" if form is CALL else "refusals"
    return statement("newest").format(names=names, view=view, time=form.time, id=first)


def _values_of(form: LineFormat, row: Sequence[Any]) -> dict[str, Any]:
    """The fields of a record from a row of `_columns_of`."""
    values = {one.name: value for one, value in zip(form.fields, row, strict=True)}
    return values | {form.time: utc(values[form.time])}
