"""Imports a file of another server into the serving log: one pass to see, one to write."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from core.clock import Clock
from core.errors import InvalidInput, StoreError
from core.servinglog.importing.detection import SAMPLE, Choices, Detected, detect
from core.servinglog.importing.ledger import ImportedFile, ImportLedger
from core.servinglog.importing.reading import LogReading
from core.servinglog.importing.records import Dating
from core.servinglog.importing.segments import ImportedSegments
from core.servinglog.importing.survey import Survey, Surveyor
from core.servinglog.importing.times import zone_of
from core.servinglog.importing.verdict import problems


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file, and what the caller says of it. `zone` names the zone of times that have none;
    `path` is how requests begin that are wanted; `backend` names the series."""

    file: Path
    choices: Choices
    zone: str | None = None
    path: str | None = None
    backend: str | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. `survey` is of what is new: `earlier` is the import of the file's
    beginning, or of all of it. `unended` is the last line if it has no end yet. `problems` say why
    nothing may be imported."""

    request: ImportRequest
    detected: Detected
    survey: Survey
    size: int
    sha256: str
    lines: int
    unended: int | None
    earlier: ImportedFile | None
    problems: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether all of the file was imported before."""
        return self.earlier is not None and self.earlier.size == self.size

    @property
    def choices(self) -> dict[str, str | None]:
        """How the file is read, to compare with an earlier import."""
        mapped = self.detected.mapped
        units = mapped.units if mapped is not None else {"total": self.detected.source.unit}
        columns = mapped.columns if mapped is not None else {}
        return {
            "format": self.detected.format.name,
            "unit": " ".join(f"{what}={unit}" for what, unit in sorted(units.items()) if unit),
            "columns": " ".join(f"{what}={name}" for what, name in sorted(columns.items())),
            "zone": self.request.zone,
            "path": self.request.path,
            "backend": self.request.backend,
        }


def plan_import(request: ImportRequest, ledger: ImportLedger, clock: Clock) -> ImportPlan:
    """Reads the whole file, writes nothing. Raises UnreadableFile, InvalidInput when it is not sure
    what the file is, and StoreError."""
    zone = None if request.zone is None else zone_of(request.zone)
    detected = _detect(request, ledger)
    reading = LogReading(request.file)
    surveyor = _surveyor(request, detected, clock)
    earlier, lines = _survey(reading, surveyor, ledger)
    found = problems(
        surveyor.survey,
        detected.format,
        detected.source,
        has_zone=zone is not None,
        is_whole=earlier is None,
    )
    plan = ImportPlan(
        request=request,
        detected=detected,
        survey=surveyor.survey,
        size=reading.size,
        sha256=reading.sha256,
        lines=lines,
        unended=reading.unended,
        earlier=earlier,
        problems=(),
    )
    return replace(plan, problems=(*_other_choices(plan), *found))


def write_import(plan: ImportPlan, directory: Path, ledger: ImportLedger, clock: Clock) -> int:
    """Writes the calls that are new, and returns how many. Raises StoreError, and InvalidInput for
    a plan with problems or a file that changed: then nothing is written."""
    file = plan.request.file
    if plan.problems:
        raise InvalidInput(f"{file}: {plan.problems[0]}")
    if plan.is_known or not plan.detected.format.has_latency:
        return 0
    reading = LogReading(file, until=plan.size)
    skip = plan.earlier.lines if plan.earlier is not None else 0
    surveyor = _surveyor(plan.request, plan.detected, clock, skip)
    with ImportedSegments(directory, plan.sha256) as segments:
        for entry in reading:
            for record in surveyor.take(entry):
                segments.write(record)
        if (reading.size, reading.sha256) != (plan.size, plan.sha256):
            raise InvalidInput(f"{file} changed while it was read: nothing was imported")
        segments.publish()
    _remember(plan, segments.count, ledger, clock)
    return segments.count


def _detect(request: ImportRequest, ledger: ImportLedger) -> Detected:
    reading = LogReading(request.file)
    sample = list(islice(reading, SAMPLE))
    if not sample:
        why = "its only line has no end yet" if reading.unended else "the file is empty"
        raise InvalidInput(f"{request.file}: {why}")
    try:
        return detect(sample, request.choices, ledger.columns)
    except InvalidInput as error:
        raise InvalidInput(f"{request.file}: {error}") from None


def _surveyor(
    request: ImportRequest, detected: Detected, clock: Clock, skip: int | None = None
) -> Surveyor:
    zone = None if request.zone is None else zone_of(request.zone)
    dating = Dating(zone, clock.now())
    return Surveyor(detected.format, dating, path=request.path, backend=request.backend, skip=skip)


def _survey(
    reading: LogReading, surveyor: Surveyor, ledger: ImportLedger
) -> tuple[ImportedFile | None, int]:
    """Surveys what is new; returns the longest part that was imported before, and the lines."""
    known = {(one.size, one.sha256): one for one in ledger.files()}
    sizes = {size for size, _ in known}
    earlier, lines = None, 0
    for entry in reading:
        surveyor.take(entry)
        lines = entry.number
        if not reading.is_parquet and reading.size in sizes:
            found = known.get((reading.size, reading.sha256))
            if found is not None:
                earlier = found
                surveyor.survey = Survey()
    if reading.is_parquet and (reading.size, reading.sha256) in known:
        earlier = known[reading.size, reading.sha256]
        surveyor.survey = Survey()
    return earlier, lines


def _other_choices(plan: ImportPlan) -> Iterator[str]:
    if plan.earlier is None:
        return
    before, now = dict(plan.earlier.choices), plan.choices
    if plan.survey.calls and not plan.survey.without_zone:
        before["zone"] = now["zone"]  # its times have their own
    if before == now:
        return
    was = ", ".join(f"{name} {value}" for name, value in plan.earlier.choices.items() if value)
    yield (
        f"its first {plan.earlier.lines:,} lines were imported on {plan.earlier.imported_at[:10]} "
        f"in another way ({was}), and would count twice. Import it in the same way; or first "
        f"delete import_{plan.earlier.sha256[:16]}-*.jsonl in the serving log and "
        f"file-{plan.earlier.sha256}.json in log-imports, both in the home"
    )


def _remember(plan: ImportPlan, calls: int, ledger: ImportLedger, clock: Clock) -> None:
    detected = plan.detected
    ledger.note_file(
        ImportedFile(
            sha256=plan.sha256,
            size=plan.size,
            lines=plan.lines,
            calls=calls,
            name=plan.request.file.name,
            choices=plan.choices,
            imported_at=clock.now().isoformat(timespec="seconds"),
        )
    )
    if detected.signature is not None and detected.mapped is not None:
        with suppress(StoreError):  # the import itself is done
            ledger.remember_columns(detected.signature, detected.mapped)
