"""`modconsole logs tail`: the newest records of the serving log."""

import argparse
import time
from collections.abc import Iterable

from core.bootstrap.services import build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import positive
from core.cli.logs_find import call_line, refusal_line
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.permissions import SYSTEM
from core.services.traffic import newest_records
from core.servinglog.record import RefusalRecord, ServingRecord

LINES = 20
EVERY_S = 1.0
FOLLOWED = 10_000
"""Records that are looked through each second; at higher rates some are not printed."""


def add_tail_flags(command: argparse.ArgumentParser) -> None:
    """The flags of `tail`."""
    command.add_argument(
        "--lines", type=positive, metavar="N", help=f"of `tail`: so many records ({LINES})"
    )
    command.add_argument(
        "--follow", action="store_true", help="of `tail`: go on until it is stopped by Ctrl-C"
    )


def check_no_tail_flags(arguments: argparse.Namespace) -> None:
    """Raises InvalidInput."""
    if arguments.lines is not None or arguments.follow:
        raise InvalidInput("--lines and --follow go with `logs tail`")


def run_tail(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the newest records, the last one last."""
    if arguments.wanted is not None or arguments.again or arguments.keep_days is not None:
        raise InvalidInput("`logs tail` takes only --lines and --follow")
    check_has_log(settings)
    services = build_services(settings, worker="logs")
    log = services.serving_log_queries
    try:
        _print(newest_records(SYSTEM, log, services.clock, arguments.lines or LINES))
        known = set(newest_records(SYSTEM, log, services.clock, FOLLOWED))
        while arguments.follow:
            time.sleep(EVERY_S)
            newest = newest_records(SYSTEM, log, services.clock, FOLLOWED)
            _print(one for one in newest if one not in known)
            known = set(newest)
    except KeyboardInterrupt:  # the way to end it
        pass
    finally:
        services.close()
    return ExitCode.DONE


def _print(records: Iterable[ServingRecord | RefusalRecord]) -> None:
    for one in records:
        print(call_line(one) if isinstance(one, ServingRecord) else refusal_line(one), flush=True)
