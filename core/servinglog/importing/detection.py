"""Which format a file has, and in which unit its durations are, by its first lines. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InvalidInput
from core.servinglog.importing import prometheus, tables
from core.servinglog.importing.calls import LogFormat, UnusableLine
from core.servinglog.importing.columns import ColumnMap
from core.servinglog.importing.durations import DurationUnit, plain_number
from core.servinglog.importing.formats import access, otlp
from core.servinglog.importing.formats.bentoml import BENTOML
from core.servinglog.importing.formats.kserve import KSERVE
from core.servinglog.importing.formats.otlp import OTLP
from core.servinglog.importing.formats.ray_serve import RAY_SERVE
from core.servinglog.importing.formats.tei import TEI
from core.servinglog.importing.formats.torchserve import TORCHSERVE
from core.servinglog.importing.formats.uvicorn import UVICORN
from core.servinglog.importing.reading import Entry
from core.servinglog.importing.unit_hint import unit_hint
from core.servinglog.importing.verdict import UnitSource

SAMPLE = 200
ACCESS = "access"
TABLE = "table"
PROMETHEUS = "prometheus"
LINE_FORMATS = (RAY_SERVE, TEI, BENTOML, KSERVE, TORCHSERVE, UVICORN)
FORMAT_NAMES = (*(one.name for one in LINE_FORMATS), ACCESS, OTLP.name, TABLE, PROMETHEUS)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller says of a file: each overrides what its content shows. `columns` by what
    they hold."""

    format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: DurationUnit | None = None


@dataclass(frozen=True, slots=True)
class Detected:
    """The format of a file, why it was chosen, and where its unit comes from. A table has the
    columns that it is read by, and the signature of all its columns."""

    format: LogFormat
    evidence: str
    source: UnitSource
    mapped: ColumnMap | None = None
    signature: str | None = None


def detect(sample: Sequence[Entry], choices: Choices, remembered: tables.Remembered) -> Detected:
    """`remembered` gives the columns of an earlier import of such a table. Raises InvalidInput
    when it is not sure."""
    texts = [one.content for one in sample if isinstance(one.content, str) and one.content]
    if any(isinstance(one.content, dict) for one in sample):
        _only(choices, TABLE, "it is a Parquet file")
        return _table(sample, choices, remembered)
    matches = _matches(texts)
    chosen = choices.format or _best(matches)
    if chosen is None and tables.looks_like_one(texts):
        chosen = TABLE
    if chosen is None:
        raise InvalidInput(
            "not sure what it is: none of its first lines has the form of a known log, and they "
            f"are no table. Known are: {', '.join(FORMAT_NAMES)}"
        )
    if chosen != TABLE and choices.columns:
        raise InvalidInput(f"--map is for tables, and it is a log of the format {chosen}")
    evidence = f"{matches.get(chosen, 0):,} of the first {len(texts):,} lines have its form"
    if chosen == TABLE:
        return _table(sample, choices, remembered)
    if chosen == ACCESS:
        return _access(texts, choices, evidence)
    if chosen == PROMETHEUS:
        raise InvalidInput(
            "it is a snapshot of Prometheus metrics, which counts since the server's start. Give "
            "two of the same server, the earlier first, to see what was between them"
        )
    found = next(one for one in (*LINE_FORMATS, OTLP) if one.name == chosen)
    if choices.unit is not None and found.has_latency:
        raise InvalidInput(f"--unit has no use here: {found.title} says it itself ({found.unit})")
    return Detected(found, evidence, UnitSource(None, is_given=False, named=True))


def _only(choices: Choices, name: str, why: str) -> None:
    if choices.format not in (None, name):
        raise InvalidInput(f"--format {choices.format} can't be right: {why}")


def _matches(texts: Sequence[str]) -> dict[str, int]:
    """How many lines have the form of each format."""
    found = {one.name: sum(_has_form(one, text) for text in texts) for one in LINE_FORMATS}
    found[ACCESS] = sum(access.is_access_line(text) for text in texts)
    found[OTLP.name] = sum(map(otlp.is_export, texts))
    found[PROMETHEUS] = sum(map(prometheus.is_bucket, texts))
    return found


def _has_form(log_format: LogFormat, text: str) -> bool:
    try:
        return bool(log_format.parse(text))
    except UnusableLine:
        return not text.startswith("{")  # a line that is no JSON has no form at all


def _best(matches: Mapping[str, int]) -> str | None:
    """The format of the most lines; uvicorn's, which has no durations and stands in the logs of
    other servers, only if there is no other."""
    others = {name: count for name, count in matches.items() if name != UVICORN.name}
    if not any(others.values()):
        return UVICORN.name if matches[UVICORN.name] else None
    ranked = sorted(others, key=lambda name: -others[name])
    first, second = ranked[:2]
    if matches[first] == matches[second]:
        raise InvalidInput(
            f"not sure: as many lines have the form of {first} as of {second}. Say "
            f"--format {first} or --format {second}"
        )
    return first


def _access(texts: Sequence[str], choices: Choices, evidence: str) -> Detected:
    written = [took for took in map(access.took_of, texts) if took is not None]
    if not written:
        return Detected(
            access.WITHOUT_TIME, evidence, UnitSource(None, is_given=False, named=False)
        )
    nginx = sum(map(access.is_nginx, written))
    if choices.unit is not None:
        source = UnitSource(choices.unit, is_given=True, named=False)
        return Detected(access.access_log(choices.unit, is_given=True), evidence, source)
    if nginx == len(written):
        return Detected(
            access.access_log(DurationUnit.S, is_given=False),
            evidence,
            UnitSource(DurationUnit.S, is_given=False, named=True),
        )
    if nginx:
        raise InvalidInput(
            f"its request times are in two forms: {nginx:,} of the first {len(written):,} have "
            "three decimals (seconds, as nginx writes them), the others have not. Split the file, "
            "or say the --unit of all"
        )
    raise InvalidInput(f"not sure of the unit of its request times. {unit_hint(_numbers(written))}")


def _numbers(written: Sequence[str]) -> list[float]:
    found = []
    for one in written:
        try:
            found.append(plain_number(one))
        except UnusableLine:
            continue
    return found


def _table(sample: Sequence[Entry], choices: Choices, remembered: tables.Remembered) -> Detected:
    found = tables.understand(sample, choices.columns, choices.unit, remembered)
    return Detected(
        found.format, found.evidence, found.source, found.mapped, signature=found.signature
    )
