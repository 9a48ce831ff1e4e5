"""`modconsole logs import`: calls from the logs of other servers."""

import argparse
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from core.bootstrap.home import open_home
from core.cli.logs_import_text import difference_lines, plan_lines
from core.cli.output import ExitCode, complain
from core.clock import Clock, system_clock
from core.config import Settings
from core.errors import InvalidInput
from core.servinglog.importing.detection import FORMAT_NAMES, PROMETHEUS, SAMPLE, Choices
from core.servinglog.importing.durations import DurationUnit
from core.servinglog.importing.importer import ImportPlan, ImportRequest, plan_import, write_import
from core.servinglog.importing.ledger import ImportLedger
from core.servinglog.importing.prometheus import differences, is_bucket, read_snapshot
from core.servinglog.importing.reading import LogReading

_FLAGS = ("preview", "format", "map", "unit", "zone", "path", "backend")
_MOST_BACKEND = 100


def add_import_flags(command: argparse.ArgumentParser) -> None:
    """Declares the flags of `logs import`."""
    command.add_argument("more", nargs="*", metavar="FILE", help="of `import`: further files")
    command.add_argument(
        "--preview", action="store_true", help="of `import`: show what it would do; write nothing"
    )
    command.add_argument(
        "--format",
        choices=FORMAT_NAMES,
        help="of `import`: the format, if the file's content does not show it",
    )
    command.add_argument(
        "--map",
        metavar="WHAT=COLUMN,…",
        help="of `import`: columns of a table, as in time=ts,total=latency_ms; remembered for "
        "tables with the same columns",
    )
    command.add_argument(
        "--unit",
        choices=[str(unit) for unit in DurationUnit],
        help="of `import`: the unit of durations whose log does not say it",
    )
    command.add_argument(
        "--zone",
        metavar="ZONE",
        help="of `import`: the time zone of times that have none, as UTC or Europe/Berlin",
    )
    command.add_argument(
        "--path",
        metavar="PATH",
        help="of `import`: only requests whose path begins so, as /predict, without health checks",
    )
    command.add_argument(
        "--backend", metavar="NAME", help="of `import`: the name in charts (default: the format's)"
    )
    _take_files_after_flags(command)


def _take_files_after_flags(command: argparse.ArgumentParser) -> None:
    # argparse gives all positional arguments their values where it meets the first, so that in
    # `import --preview FILE` the file would be one too many.
    plain = command.parse_known_args

    def parse(
        args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        parsed, rest = plain(args, namespace)
        if parsed.act != "import":
            return parsed, rest
        parsed.more += [one for one in rest if not one.startswith("-")]
        return parsed, [one for one in rest if one.startswith("-")]

    command.parse_known_args = parse  # type: ignore[method-assign, assignment]


def check_no_import_flags(arguments: argparse.Namespace) -> None:
    """Raises InvalidInput if a flag of `logs import` was given with another act."""
    if arguments.more or any(getattr(arguments, name) for name in _FLAGS):
        raise InvalidInput(
            f"{', '.join(f'--{name}' for name in _FLAGS)} and further files go with `logs import`"
        )


def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole logs import`."""
    if arguments.again or arguments.keep_days is not None:
        raise InvalidInput("--again and --keep-days go with `logs upload`")
    names = [name for name in (arguments.wanted, *arguments.more) if name is not None]
    if not names:
        raise InvalidInput("`logs import` needs a FILE")
    files = [Path(name) for name in names]
    if arguments.format == PROMETHEUS or (len(files) == 2 and all(map(_is_snapshot, files))):
        return _compare(files)
    open_home(settings)
    ledger, clock = ImportLedger(settings.log_imports_dir), system_clock()
    codes = []
    for file in files:
        try:
            plan = plan_import(_request(file, arguments), ledger, clock)
            codes.append(_import(plan, settings, ledger, clock, preview=arguments.preview))
        except InvalidInput as error:
            complain(error)
            codes.append(ExitCode.WRONG_USE)
    return max(codes)


def _import(
    plan: ImportPlan, settings: Settings, ledger: ImportLedger, clock: Clock, *, preview: bool
) -> ExitCode:
    print("\n".join(plan_lines(plan)))
    if plan.problems:
        for problem in plan.problems:
            complain(f"{plan.request.file}: {problem}")
        return ExitCode.WRONG_USE
    if preview:
        print("Nothing was written: this was a preview.")
    elif plan.is_known:
        assert plan.earlier is not None
        print(f"Nothing was added: it was imported on {plan.earlier.imported_at[:10]}.")
    elif not plan.detected.format.has_latency:
        print("Nothing was added: this log has no durations, and unknown is not 0.")
    else:
        count = write_import(plan, settings.serving_log_dir, ledger, clock)
        print(f"{count:,} calls were added to the serving log, with the mode import.")
    return ExitCode.INCOMPLETE if plan.survey.unusable else ExitCode.DONE


def _request(file: Path, arguments: argparse.Namespace) -> ImportRequest:
    backend = arguments.backend
    if backend is not None and not (backend.isprintable() and 0 < len(backend) <= _MOST_BACKEND):
        raise InvalidInput(f"--backend must have 1 to {_MOST_BACKEND} printable characters")
    choices = Choices(
        format=arguments.format,
        columns=_columns(arguments.map),
        unit=DurationUnit(arguments.unit) if arguments.unit else None,
    )
    return ImportRequest(file, choices, arguments.zone, arguments.path, backend)


def _columns(text: str | None) -> Mapping[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",")] if text else []
    if not all(what and equals for what, equals, _ in pairs):
        raise InvalidInput("--map is WHAT=COLUMN, several with commas: time=ts,total=latency_ms")
    return {what.strip(): name.strip() for what, _, name in pairs}


def _is_snapshot(file: Path) -> bool:
    entries = islice(iter(LogReading(file)), SAMPLE)
    return any(isinstance(one.content, str) and is_bucket(one.content) for one in entries)


def _compare(files: Sequence[Path]) -> int:
    if len(files) != 2:
        raise InvalidInput(
            "two snapshots of Prometheus metrics are needed, the earlier first: one counts since "
            "the server's start"
        )
    snapshots = []
    for file in files:
        texts = (one.content if isinstance(one.content, str) else "" for one in LogReading(file))
        try:
            snapshots.append(read_snapshot(texts))
        except InvalidInput as error:
            raise InvalidInput(f"{file}: {error}") from None
    found = differences(*snapshots)
    print("\n".join(difference_lines(found)))
    print("Nothing was added: a histogram has counts, and no single calls.")
    return ExitCode.DONE
