"""`modconsole drift`: prints whether what comes in differs from before."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from typing import Any

from core.bootstrap.services import build_services
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, printable
from core.config import Settings
from core.moderation.daily_drift import MeasureDrift
from core.moderation.drift_words import change_words, drift_summary, reliability_summary
from core.moderation.permissions import SYSTEM
from core.services.drift import DriftReport, ReferencePlace, WantedDrift, load_drift

_USUAL = WantedDrift()


def add_commands(commands: Commands) -> None:
    """Declares `drift`."""
    command = commands.add(
        "drift",
        run_drift,
        "Print whether what comes in, and what the model makes of it, differs from before.",
        "Compares the last whole days with a reference, day by day: scores, lengths, languages, "
        "the flag rate, flags that people did not confirm. Also prints how often people removed "
        "what has which score. The page *Drift* shows the same. See docs/drift.md.",
    )
    command.add_argument(
        "--days",
        type=positive,
        default=_USUAL.days,
        metavar="N",
        help=f"the last N whole days of UTC (default: {_USUAL.days})",
    )
    command.add_argument(
        "--reference-days",
        type=positive,
        default=_USUAL.reference_days,
        metavar="N",
        help=f"compare them with N days (default: {_USUAL.reference_days})",
    )
    command.add_argument(
        "--reference",
        choices=[place.value for place in ReferencePlace],
        default=_USUAL.place.value,
        help="the days just before, or the first ones on record (default: before)",
    )
    command.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_drift(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole drift`."""
    place = ReferencePlace(arguments.reference)
    wanted = WantedDrift(arguments.days, arguments.reference_days, place)
    with closing(build_services(settings, worker="drift", creates=False)) as services:
        report = load_drift(services.context, SYSTEM, services.policy_history, wanted)
    if arguments.json:
        print(json.dumps(_facts(report), sort_keys=True))
    else:
        _show(report)
    return ExitCode.DONE


def _show(report: DriftReport) -> None:
    print(printable(drift_summary(report.measures)))
    for one in report.measures:
        print(f"  {one.name}: {printable(change_words(one))}, {one.verdict}")
    print(reliability_summary(report.bands))


def _facts(report: DriftReport) -> dict[str, Any]:
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "reference_since": report.reference_since.isoformat(),
        "reference_until": report.reference_until.isoformat(),
        "measures": [_measure(one) for one in report.measures],
        "bands": [asdict(band) for band in report.bands],
    }


def _measure(one: MeasureDrift) -> dict[str, Any]:
    return {
        "name": one.name,
        "verdict": one.verdict,
        "reference": one.reference.mean(),
        "now": one.now.mean(),
        "distance": one.distance,
        "chance": one.chance,
        "size": one.size,
        "band": None if one.band is None else asdict(one.band),
        "days": len(one.now.days),
        "reference_days": len(one.reference.days),
    }
