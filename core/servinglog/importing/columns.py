"""Which columns of a table hold a call's time, durations and outcome, and in which units. Pure."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.errors import InvalidInput
from core.inference.base import ErrorKind
from core.servinglog.importing.calls import (
    FoundCall,
    LogFormat,
    UnusableLine,
    kind_of_status,
    without_query,
)
from core.servinglog.importing.durations import NAMES, DurationUnit, to_ms, value_ms
from core.servinglog.importing.formats.json_lines import object_of
from core.servinglog.importing.times import parse_time

# In lower case, without a unit at the end, and only letters and digits. Of several columns the one
# that is named first here counts; of time, end and total there may be only one.
ALIASES: dict[str, tuple[str, ...]] = {
    "time": (
        *("startedat", "starttime", "start", "starttimestamp", "timestamp", "ts", "time"),
        *("datetime", "timelocal", "timeiso8601", "asctime", "createdat", "date"),
    ),
    "end": ("endedat", "endtime", "end", "finishedat", "completedat"),
    "total": (
        *("total", "totaltime", "latency", "duration", "elapsed", "responsetime", "requesttime"),
        *("requestduration", "requestlatency", "timetaken", "took", "walltime", "processtime"),
    ),
    "queue": ("queue", "queuetime", "queueduration", "waittime"),
    "tokenize": ("tokenize", "tokenization", "tokenizationtime", "tokenizetime"),
    "compute": ("compute", "inference", "inferencetime", "computetime", "predict", "predicttime"),
    "network": ("network", "networktime"),
    "status": ("status", "statuscode", "httpstatus", "httpstatuscode", "responsecode", "code"),
    "error": ("errorkind", "error", "errortype", "exception"),
    "batch_size": ("batchsize", "batch"),
    "chars": ("chars", "characters", "textlength"),
    "tokens": ("tokens", "inputtokens", "prompttokens", "contexttokens"),
    "model_version": ("modelversion", "model", "modelname", "modelid"),
    "request_id": ("requestid", "xrequestid", "reqid", "callerrequestid"),
    "trace_id": ("traceid",),
    "path": ("path", "route", "url", "uri", "endpoint", "urltemplate"),
}
DURATIONS = ("total", "queue", "tokenize", "compute", "network")
_ONE_ONLY = ("time", "end", "total")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zµμ]+|[0-9]+")
_NO_ERROR = ("", "-", "none", "null", "false", "0", "ok")
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


def unit_of_name(name: str) -> DurationUnit | None:
    """`latency_ms`, `durationMs` and `took (ms)` end with a unit."""
    return _split(name)[1]


def guess_columns(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The columns by what they hold; `given` are those that somebody named. Raises InvalidInput for
    names that are not there, and when the time or the duration can't be recognised by the names."""
    for what, name in given.items():
        if what not in ALIASES:
            raise InvalidInput(f"--map knows no {what!r}, only {', '.join(ALIASES)}")
        if name not in names:
            raise InvalidInput(f"--map: there is no column {name!r}. {_listed(names)}")
    found = dict(given)
    taken = set(given.values())
    for what, aliases in ALIASES.items():
        candidates = [
            name
            for alias in aliases
            for name in names
            if name not in taken and _fits(name, alias, is_time=what in ("time", "end"))
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
    status, path = _whole(value_of("status")), without_query(str(value_of("path") or ""))
    return (
        FoundCall(
            at=parse_time(end if is_end else start),
            total_ms=total,
            is_end=is_end,
            error_kind=_error(value_of("error")) or (kind_of_status(status) if status else None),
            what=path,
            path=path,
            queue_ms=duration("queue"),
            tokenize_ms=duration("tokenize"),
            compute_ms=duration("compute"),
            network_ms=duration("network"),
            tokens=_whole(value_of("tokens")),
            batch_size=max(1, _whole(value_of("batch_size")) or 1),
            chars=_whole(value_of("chars")) or 0,
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
    if "time" not in found and "end" not in found:
        raise InvalidInput(
            f"no column could be recognised as a time: --map time=… {_listed(names)}"
        )
    if "total" not in found and not ("time" in found and "end" in found):
        raise InvalidInput(
            f"no column could be recognised as a duration: --map total=… {_listed(names)} A table "
            "without durations can't be imported: unknown is not 0."
        )


def _fits(name: str, alias: str, *, is_time: bool) -> bool:
    stem, unit = _split(name)
    if stem != alias:
        return False
    # `time_ms` may be a time or a duration; `ts_ms` can only be a time.
    return not (is_time and unit is not None and alias in ("time", "start", "end"))


def _split(name: str) -> tuple[str, DurationUnit | None]:
    words = [word.lower() for word in _WORDS.findall(name)]
    unit = NAMES.get(words[-1]) if len(words) > 1 else None
    return "".join(words if unit is None else words[:-1]), unit


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"Columns: {', '.join(name[:40] for name in names[:20])}{more}."


def _flat(given: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, Any]]:
    for name, value in given.items():
        if isinstance(value, dict) and depth < _MOST_DEEP:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", value


def _whole(given: object) -> int | None:
    if isinstance(given, bool) or given is None:
        return None
    try:
        number = float(given) if isinstance(given, (int, float, str)) else -1.0
    except (ValueError, OverflowError):
        return None
    return int(number) if 0 <= number < 2**31 and number == int(number) else None


def _text(given: object) -> str | None:
    return None if given is None else str(given)


def _error(given: object) -> str | None:
    words = "" if given is None else str(given).strip().lower()
    if words in _NO_ERROR:
        return None
    return words if words in set(ErrorKind) else ErrorKind.BACKEND
