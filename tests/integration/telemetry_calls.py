"""Finished segments of a log, and their export to a collector."""

import os
from pathlib import Path

from core.bootstrap.telemetry import open_collector
from core.clock import system_clock
from core.servinglog.record import ServingRecord
from core.servinglog.telemetry.export import ExportCounts, export_segments
from tests.servinglog_records import put

OLD_S = 600
"""A segment of that age is finished."""


def segment(home: Path, *records: ServingRecord, name: str = "a-1-1-0.jsonl") -> Path:
    """One that was finished some time ago."""
    path = put(home / "serving-log", *records, name=name)
    past = path.stat().st_mtime - OLD_S
    os.utime(path, (past, past))
    return path


def export(home: Path) -> ExportCounts:
    receiver = open_collector()
    try:
        return export_segments(home / "serving-log", home / "telemetry", receiver, system_clock())
    finally:
        receiver.close()


def values(attributes) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
