"""`modconsole logs export`: the serving log for an OpenTelemetry collector."""

import argparse
import os
from contextlib import closing
from typing import TYPE_CHECKING

from core.bootstrap.telemetry import open_collector
from core.cli.arguments import positive
from core.cli.output import ExitCode, complain
from core.clock import system_clock
from core.config import Settings
from core.errors import InvalidInput
from core.stop_signals import stop_signals

if TYPE_CHECKING:
    from core.servinglog.telemetry.export import ExportCounts

ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)


def add_export_flags(command: argparse.ArgumentParser) -> None:
    """The flags of `export`."""
    command.add_argument(
        "--every",
        type=positive,
        metavar="S",
        help="of `export`: go on, and look every S seconds for finished segments",
    )


def check_no_export_flags(arguments: argparse.Namespace) -> None:
    """Raises InvalidInput."""
    if arguments.every is not None:
        raise InvalidInput("--every goes with `logs export`")


def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    """Sends what the collector lacks, once or until it is stopped."""
    from core.servinglog.telemetry.export import export_segments

    if arguments.wanted is not None or arguments.again or arguments.keep_days is not None:
        raise InvalidInput("`logs export` takes only --every")
    if not os.environ.get(ENDPOINTS[0]) and not all(map(os.environ.get, ENDPOINTS[1:])):
        raise InvalidInput(f"{ENDPOINTS[0]} is not set: where is the collector?")
    with closing(open_collector()) as collector, stop_signals() as stop:
        while True:
            found = export_segments(
                settings.serving_log_dir, settings.telemetry_dir, collector, system_clock()
            )
            _tell(found)
            if arguments.every is None:
                return ExitCode.INCOMPLETE if found.problem else ExitCode.DONE
            if stop.wait(arguments.every):
                return ExitCode.DONE


def _tell(found: "ExportCounts") -> None:
    print(
        f"{found.segments:,} segments with {found.calls:,} calls and {found.refused:,} refused "
        "requests were sent.",
        flush=True,
    )
    if found.problem is not None:
        complain(f"{found.problem}; {found.waiting:,} segments wait for the next time")
