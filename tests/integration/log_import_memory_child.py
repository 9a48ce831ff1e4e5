"""Imports a short and a long log in one process; prints the peak of its memory after each."""

import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import system_clock
from core.servinglog.importing.detection import Choices
from core.servinglog.importing.importer import ImportRequest, plan_import, write_import
from core.servinglog.importing.ledger import ImportLedger

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def generate(path: Path, lines: int, first: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(first, first + lines):
            at = (START + timedelta(milliseconds=37 * number)).isoformat(timespec="milliseconds")
            took = 20 + number % 300
            file.write(f'{at[:23].replace(".", ",")} - /10.0.0.9:{number % 60_000} "POST ')
            file.write(f'/predictions/toxicity HTTP/1.1" 200 {took}\n')
    return path


def peak_mib(file: Path, folder: Path) -> int:
    ledger, clock = ImportLedger(folder / "imports"), system_clock()
    plan = plan_import(ImportRequest(file, Choices(), zone="UTC"), ledger, clock)
    assert write_import(plan, folder / "log", ledger, clock) == plan.survey.calls > 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    place, count = Path(sys.argv[1]), int(sys.argv[2])
    few = peak_mib(generate(place / "few.log", count // 10, 0), place)
    many = peak_mib(generate(place / "many.log", count, count), place)
    print(few, many)
