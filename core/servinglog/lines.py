"""The format of a serving log line, derived from the record types: for writing, reading and SQL."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_type_hints

from core.servinglog.record import (
    LONGER_BY_MS,
    LONGER_BY_SHARE,
    MAX_COUNT,
    MAX_MS,
    MAX_TEXT,
    SCHEMA_VERSION,
    RefusalRecord,
    ServingRecord,
    fits_in,
)
from core.strict_json import NotJsonNumber, RepeatedName, load_strict

MAX_LINE_BYTES = 65_536
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(Enum):
    """The type of a field: its SQL type, and a regular expression of the values that `encode`
    writes. It may accept more only where DuckDB refuses that as JSON, like 007 and 1.2.3."""

    TEXT = ("VARCHAR", r'"[ !#-\[\]-~]{0,1000}+"')
    # Nine digits, so that no number that matches here can be above MAX_COUNT.
    COUNT = ("INTEGER", r"[0-9]{1,9}+")
    MS = ("DOUBLE", r"[0-9][.0-9]{0,24}+")
    TIME = (
        "TIMESTAMP",
        r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{6}\+00:00"',
    )

    @property
    def sql_type(self) -> str:
        """The type of the table column."""
        return self.value[0]

    @property
    def spelling(self) -> str:
        """A regular expression for bytes."""
        return self.value[1]


_KINDS: dict[type, Kind] = {int: Kind.COUNT, float: Kind.MS, datetime: Kind.TIME}


class UnreadableLine(ValueError):
    """Why a line is not a record. The message names the field and never quotes the line."""


@dataclass(frozen=True, slots=True)
class LineField:
    """One field. `default` is used when the line lacks it, as lines of earlier versions do."""

    name: str
    kind: Kind
    is_nullable: bool
    is_required: bool
    default: object
    least: int

    def read(self, given: object) -> object:
        """The validated value for the record. Raises UnreadableLine."""
        if given is None:
            if self.is_required:
                raise UnreadableLine(f"`{self.name}` is missing")
            return self.default
        if self.kind is Kind.TEXT:
            return self._text(given)
        return self._time(given) if self.kind is Kind.TIME else self._number(given)

    def _text(self, given: object) -> str:
        if not isinstance(given, str):
            raise UnreadableLine(f"`{self.name}` is not text")
        if not self.least <= len(given) <= MAX_TEXT:
            words = f"is longer than {MAX_TEXT:,} characters" if given else "is empty"
            raise UnreadableLine(f"`{self.name}` {words}")
        if not given.isprintable():  # control characters, and surrogates, which can't be encoded
            raise UnreadableLine(f"`{self.name}` holds a character that can't be shown")
        return given

    def _number(self, given: object) -> float:
        types = (int,) if self.kind is Kind.COUNT else (int, float)
        if isinstance(given, bool) or not isinstance(given, types):
            what = "a whole number" if self.kind is Kind.COUNT else "a number"
            raise UnreadableLine(f"`{self.name}` is not {what}")
        most = MAX_COUNT if self.kind is Kind.COUNT else MAX_MS
        if not self.least <= given <= most:
            raise UnreadableLine(f"`{self.name}` is not between {self.least} and {most:,.0f}")
        return given if self.kind is Kind.COUNT else float(given)

    def _time(self, given: object) -> datetime:
        try:
            text = given if isinstance(given, str) else ""
            moment = datetime.fromisoformat(f"{text[:-1]}Z" if text.endswith("z") else text)
            if moment.tzinfo is None:
                raise UnreadableLine(f"`{self.name}` has no time zone")
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            if isinstance(error, UnreadableLine):
                raise
            raise UnreadableLine(f"`{self.name}` is not a time") from None
        if moment < EARLIEST:
            raise UnreadableLine(f"`{self.name}` is before 1970")
        return moment


class LineFormat:
    """One kind of line: how it is written, validated and loaded."""

    def __init__(self, record: type[ServingRecord] | type[RefusalRecord], time: str) -> None:
        hints = get_type_hints(record)
        self.time = time
        self._never_above = record.NEVER_ABOVE
        self._never_longer = record.NEVER_LONGER
        self.fields = tuple(
            _field(one.name, hints[one.name], one.default, record.NEVER_BELOW)
            for one in fields(record)
        )

    def encode(self, record: ServingRecord | RefusalRecord) -> bytes:
        """One JSON line with its newline, times in UTC."""
        return self.encode_values({one.name: getattr(record, one.name) for one in self.fields})

    def encode_values(self, values: dict[str, Any]) -> bytes:
        """Like `encode`, from values. Raises ValueError for a number that is not finite."""
        moment = values[self.time].astimezone(UTC).isoformat(timespec="microseconds")
        line = {"schema": SCHEMA_VERSION, **values, self.time: moment}
        return json.dumps(line, allow_nan=False, separators=(",", ":")).encode() + b"\n"

    def read(self, given: dict[str, object]) -> dict[str, Any]:
        """The values of a record; unknown fields are ignored. Raises UnreadableLine."""
        values: dict[str, Any] = {one.name: one.read(given.get(one.name)) for one in self.fields}
        for smaller, larger in self._never_above.items():
            if values[smaller] > values[larger]:
                raise UnreadableLine(f"`{smaller}` is more than `{larger}`")
        for part, whole in self._never_longer.items():
            if values[part] is not None and not fits_in(values[part], values[whole]):
                raise UnreadableLine(f"`{part}` is longer than `{whole}`")
        return values

    @property
    def written(self) -> "tuple[re.Pattern[bytes], ...]":
        """Each matches a run of lines as `encode` writes them: of this version, or of earlier ones,
        which lacked some fields."""
        first, other, earlier = (rf'\{{"schema":{SCHEMA_VERSION}' for _ in range(3))
        for number, one in enumerate(self.fields, start=1):
            name = f',"{one.name}":'
            value = f"(?:null|{one.kind.spelling})" if one.is_nullable else one.kind.spelling
            first += f"({name}){value}"
            other += f"\\{number}{value}"
            earlier += name + value if one.is_required else f"(?:{name}{value})?+"
        # The names in the first line are compared with those in the others: a reference like \1 is
        # four times as fast as the letters. Atomic groups and possessive quantifiers: without
        # backtracking, a long run of lines needs no stack and fails fast.
        runs = (rf"(?>{first}\}}\n)(?>{other}\}}\n)*+", rf"(?>{earlier}\}}\n)++")
        return tuple(re.compile(run.encode()) for run in runs)

    @property
    def structure(self) -> str:
        """The structure argument of DuckDB's json_transform for such a line."""
        return json.dumps(
            {
                one.name: "VARCHAR" if one.kind is Kind.TIME else one.kind.sql_type
                for one in self.fields
            }
        )

    @property
    def sound(self) -> str:
        """An SQL condition: whether `read` accepts a line that `encode` wrote."""
        checks = []
        for one in self.fields:
            if one.kind is Kind.MS:
                checks.append(f"coalesce({one.name} <= {MAX_MS}, true)")
            elif one.kind is Kind.TIME:
                checks.append(f"coalesce({one.name} >= TIMESTAMP '1970-01-01', false)")
            elif one.least:
                size = f"length({one.name})" if one.kind is Kind.TEXT else one.name
                checks.append(f"{size} >= {one.least}")
        checks += [f"{smaller} <= {larger}" for smaller, larger in self._never_above.items()]
        checks += [
            f"coalesce({part} <= {whole} * {LONGER_BY_SHARE}e0 + {LONGER_BY_MS}e0, true)"
            for part, whole in self._never_longer.items()
        ]
        return " AND ".join(checks)


def _field(name: str, hint: object, default: object, never_below: Mapping[str, int]) -> LineField:
    is_nullable = isinstance(hint, UnionType)
    plain = next(one for one in get_args(hint) if one is not type(None)) if is_nullable else hint
    assert isinstance(plain, type)
    kind = _KINDS.get(plain, Kind.TEXT)
    is_required = default is MISSING
    return LineField(
        name,
        kind,
        is_nullable,
        is_required,
        None if is_required else default,
        never_below.get(name, 0),
    )


CALL = LineFormat(ServingRecord, "started_at")
REFUSAL = LineFormat(RefusalRecord, "refused_at")


def read_line(line: bytes) -> tuple[LineFormat, dict[str, Any]]:
    """The format and values of a line from any writer. Raises UnreadableLine."""
    if len(line) > MAX_LINE_BYTES:
        raise UnreadableLine(f"longer than {MAX_LINE_BYTES:,} bytes")
    try:
        given = load_strict(line.decode("utf-8"))
    except RepeatedName:
        raise UnreadableLine("names a field twice") from None
    except NotJsonNumber:
        raise UnreadableLine("holds NaN or Infinity, which are not JSON") from None
    except UnicodeDecodeError:
        raise UnreadableLine("not UTF-8") from None
    except (ValueError, RecursionError):  # ValueError also for a number of thousands of digits
        raise UnreadableLine("not JSON, or cut off") from None
    if not isinstance(given, dict):
        raise UnreadableLine("not a JSON object")
    form = REFUSAL if "refusal_id" in given else CALL
    return form, form.read(given)


def why_unreadable(line: bytes) -> str:
    """The message with which `read_line` refuses a line."""
    try:
        read_line(line)
    except UnreadableLine as error:
        return str(error)
    return "out of range"
