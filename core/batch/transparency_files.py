"""The transparency report as CSV and JSON, each number beside its query."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from core.batch.json_columns import MIXED_NUMBERS
from core.batch.part_files import new_part
from core.batch.sinks import csv_pieces
from core.errors import InvalidInput
from core.services.transparency import Figure, TransparencyReport
from core.store.transparency_base import FigureRow
from core.store.transparency_queries import Unit

SUFFIXES = (".csv", ".json")
GROUPS = ("kind", "reason", "decided_by")
_TEXTS = ("since", "until", "figure", "title", *GROUPS, "unit")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        pa.field("value", pa.float64(), metadata=MIXED_NUMBERS),
        ("query", pa.string()),
    ]
)


def report_csv(report: TransparencyReport) -> bytes:
    """A row for each number. Cells that a spreadsheet would run as a formula get an apostrophe."""
    rows = list(_rows(report))
    columns = {name: [row.get(name) for row in rows] for name in _SCHEMA.names}
    return b"".join(csv_pieces(_SCHEMA, [pa.record_batch(columns, schema=_SCHEMA)]))


def report_json(report: TransparencyReport) -> bytes:
    """The report as one object."""
    told = {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "figures": [_figure(figure) for figure in report.figures],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def check_report_out(out: Path) -> None:
    """Raises InvalidInput for a name that is not .csv or .json, or where nothing can be written."""
    if out.suffix.lower() not in SUFFIXES:
        raise InvalidInput(f"{out.name}: the report is written as {' or '.join(SUFFIXES)}")
    if out.is_dir():
        raise InvalidInput(f"{out} is a folder")
    if not out.parent.is_dir():
        raise InvalidInput(f"there is no folder {out.parent}")


def write_report(report: TransparencyReport, out: Path) -> None:
    """The file appears once it is complete. Raises InvalidInput."""
    form = report_csv if out.suffix.lower() == ".csv" else report_json
    try:
        with new_part(out) as part:
            with part.open("wb") as file:
                file.write(form(report))
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
    except OSError as error:
        raise InvalidInput(f"{out} can't be written: {error.strerror}") from None


def _rows(report: TransparencyReport) -> Iterator[dict[str, object]]:
    span = {"since": report.since.isoformat(), "until": report.until.isoformat()}
    for figure in report.figures:
        query = figure.query
        told = {**span, "figure": query.name, "title": query.title, "unit": query.unit.value}
        for row in figure.rows:
            groups = dict(zip(query.groups, row.groups, strict=True))
            yield {**told, **groups, "value": row.value, "query": figure.text}


def _figure(figure: Figure) -> dict[str, object]:
    query = figure.query
    return {
        "name": query.name,
        "title": query.title,
        "unit": query.unit.value,
        "rows": [
            {**dict(zip(query.groups, row.groups, strict=True)), "value": _number(row, query.unit)}
            for row in figure.rows
        ],
        "query": figure.text,
    }


def _number(row: FigureRow, unit: Unit) -> float | int | None:
    return int(row.value) if unit is Unit.COUNT and row.value is not None else row.value
