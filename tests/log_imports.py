"""Runs `logs import` and reads what it added."""

from datetime import UTC, datetime
from pathlib import Path

from core.cli.main import main
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALL = Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def queries(home: Path) -> ServingLogQueries:
    return ServingLogQueries(home / "serving-log")


def run(*arguments: object) -> int:
    return main(["logs", "import", *map(str, arguments)])


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(lines), newline="")
    return path
