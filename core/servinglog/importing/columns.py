"""Which columns of a table hold a call's time, durations and outcome, and in which units. Pure."""

import csv
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.errors import InvalidInput
from core.servinglog.importing.calls import (
    FoundCall,
    LogFormat,
    UnusableLine,
    without_query,
)
from core.servinglog.importing.column_names import ALIASES, fits, outcome_of
from core.servinglog.importing.durations import DurationUnit, to_ms, value_ms
from core.servinglog.importing.formats.json_lines import object_of
from core.servinglog.importing.outcomes import READERS, error_kind_of
from core.servinglog.importing.times import parse_time
from core.servinglog.record import MAX_COUNT

_ONE_ONLY = ("time", "end", "total")
_MOST_DEEP = 3
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """`columns` by what they hold, a key of ALIASES; `units` of the durations among them, None
    where the values name their own."""

    columns: Mapping[str, str]
    units: Mapping[str, DurationUnit | None] = field(default_factory=dict)


def signature(names: Iterable[str]) -> str:
    """The same for tables with the same columns, in any order."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:32]


def guess_columns(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The columns by what they hold; `given` are those that somebody named, or left out by an empty
    name. Raises InvalidInput for
    names that are not there, and when the time or the duration can't be recognised by the names."""
    for what, name in given.items():
        if what not in ALIASES:
            raise InvalidInput(f"--map knows no {what!r}, only {', '.join(ALIASES)}")
        if name and name not in names:
            raise InvalidInput(f"--map: there is no column {name!r}. {_listed(names)}")
    found = dict(given)
    taken = set(given.values())
    for what, aliases in ALIASES.items():
        candidates = [
            name
            for alias in aliases
            for name in names
            if name not in taken and fits(name, alias, is_time=what in ("time", "end"))
        ]
        if what in found or not candidates:
            continue
        if what in _ONE_ONLY and len(candidates) > 1:
            raise InvalidInput(
                f"not sure which column is the {what}: {' or '.join(candidates[:5])}. Say so: "
                f"--map {what}={candidates[0]}"
            )
        found[what] = candidates[0]
        taken.add(candidates[0])
    _check_whole(found, names)
    return found


def table_format(mapped: ColumnMap, title: str, read: Callable[[Any], dict[str, Any]]) -> LogFormat:
    """The format of a table whose lines `read` turns into rows."""
    units = {unit for unit in mapped.units.values() if unit is not None}
    words = " and ".join(sorted(units)) or "as each value says"
    return LogFormat(
        "table", title, partial(_parse, mapped=mapped, read=read), words, is_sure_of_unit=not units
    )


def read_json(line: str) -> dict[str, Any]:
    """A row; what is in objects inside is named `outer.inner`. Raises UnusableLine."""
    return dict(_flat(object_of(line), "", 0))


def read_csv(line: str, *, header: Sequence[str], delimiter: str) -> dict[str, Any]:
    """A row; empty for the header itself. Raises UnusableLine."""
    cells = csv_cells(line, delimiter)
    if len(cells) != len(header):
        raise UnusableLine(f"not {len(header)} columns, as the header has")
    return {} if cells == list(header) else dict(zip(header, cells, strict=True))


def csv_cells(line: str, delimiter: str) -> list[str]:
    """Raises UnusableLine for a quoted value that goes on in the next line."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration):
        raise UnusableLine("not CSV, or a value over several lines") from None


def _parse(
    line: object, *, mapped: ColumnMap, read: Callable[[Any], dict[str, Any]]
) -> Sequence[FoundCall]:
    row = read(line)
    if not row:
        return ()

    def value_of(what: str) -> Any:
        name = mapped.columns.get(what)
        value = None if name is None else row.get(name)
        return None if value == "" else value

    def duration(what: str) -> float | None:
        value = value_of(what)
        return None if value is None else value_ms(value, mapped.units.get(what))

    start, end, total = value_of("time"), value_of("end"), duration("total")
    is_end = start is None and end is not None
    if total is None and start is not None and end is not None:
        total = _between(start, end)
    path = without_query(str(value_of("path") or ""))
    return (
        FoundCall(
            at=parse_time(end if is_end else start),
            total_ms=total,
            is_end=is_end,
            error_kind=error_kind_of(_outcome_cells(row, mapped.columns)),
            what=path,
            path=path,
            queue_ms=duration("queue"),
            tokenize_ms=duration("tokenize"),
            compute_ms=duration("compute"),
            network_ms=duration("network"),
            tokens=_count(value_of("tokens"), "number of tokens"),
            batch_size=_batch_size(value_of("batch_size")),
            chars=_count(value_of("chars"), "number of characters") or 0,
            model_version=_text(value_of("model_version")),
            request_id=_text(value_of("request_id")),
            trace_id=_text(value_of("trace_id")),
        ),
    )


def _between(start: object, end: object) -> float:
    first, last = parse_time(start), parse_time(end)
    if (first.tzinfo is None) != (last.tzinfo is None):
        raise UnusableLine("start and end are not in one zone")
    if last < first:
        raise UnusableLine("the end is before the start")
    return to_ms((last - first).total_seconds() * 1000, DurationUnit.MS)


def _check_whole(found: Mapping[str, str], names: Sequence[str]) -> None:
    has = {what for what, name in found.items() if name}
    if not has & {"time", "end"}:
        raise InvalidInput(
            f"no column could be recognised as a time: --map time=… {_listed(names)}"
        )
    if "total" not in has and not has >= {"time", "end"}:
        raise InvalidInput(
            f"no column could be recognised as a duration: --map total=… {_listed(names)} A table "
            "without durations can't be imported: unknown is not 0."
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"Columns: {', '.join(name[:40] for name in names[:20])}{more}."


def _flat(given: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, Any]]:
    for name, value in given.items():
        if isinstance(value, dict) and depth < _MOST_DEEP:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", value


def _count(given: object, what: str) -> int | None:
    """None for an empty value. Raises UnusableLine for what is no count."""
    if given is None:
        return None
    try:
        number = float(given) if isinstance(given, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if isinstance(given, bool) or not 0 <= number <= MAX_COUNT or number != int(number):
        raise UnusableLine(f"the {what} is not a whole number from 0 to {MAX_COUNT:,}")
    return int(number)


def _batch_size(given: object) -> int:
    found = _count(given, "batch size")
    if found == 0:
        raise UnusableLine("the batch size is 0")
    return 1 if found is None else found


def _text(given: object) -> str | None:
    return None if given is None else str(given)


def _outcome_cells(
    row: Mapping[str, Any], columns: Mapping[str, str]
) -> Iterable[tuple[str, Any, bool]]:
    """The values about the outcome: what each tells, and whether its column is the chosen one.

    Others with such a name are read too, as the first lines may lack what only failures have.
    """
    chosen = {columns[what]: what for what in READERS if columns.get(what)}
    for name, what in chosen.items():
        yield what, row.get(name), True
    others = set(columns.values())
    for name, value in row.items():
        told = None if name in others else outcome_of(name)
        if told is not None and columns.get(told) != "":
            yield told, value, told not in columns
