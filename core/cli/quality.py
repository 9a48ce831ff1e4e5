"""`modconsole quality`: prints how far people agree and what the model misses."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from core.bootstrap.services import build_services
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, printable
from core.config import Settings
from core.moderation.agreement import FEW_PAIRS, Agreement
from core.moderation.permissions import SYSTEM
from core.moderation.quality_words import (
    agreement_words,
    chance_figure,
    found_words,
    missed_words,
    percent_figure,
)
from core.services.quality import QualityReport, load_quality

DAYS = 90


def add_commands(commands: Commands) -> None:
    """Declares `quality`."""
    command = commands.add(
        "quality",
        run_quality,
        "Print how far people agree, and how much abuse the model lets through.",
        "Agreement comes from second looks (MODCONSOLE_SECOND_LOOK_SHARE), by two people and by "
        "reason: as it is, on removals alone, as kappa and as AC1, each with its interval of "
        "95 %. What the model misses comes from audits (MODCONSOLE_AUDIT_SHARE). The page "
        "*Quality* shows the same. See docs/quality.md.",
    )
    command.add_argument(
        "--days",
        type=positive,
        default=DAYS,
        metavar="N",
        help=f"what was answered in the last N days (default: {DAYS})",
    )
    command.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_quality(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole quality`."""
    with closing(build_services(settings, worker="quality", creates=False)) as services:
        since = services.clock.now() - timedelta(days=arguments.days)
        report = load_quality(services.context, SYSTEM, services.policy_history, since)
    if arguments.json:
        print(json.dumps(_facts(report), sort_keys=True))
    else:
        _show(report)
    return ExitCode.DONE


def _show(report: QualityReport) -> None:
    print(agreement_words(report.found))
    for pair in report.pairs:
        _show_row(" and ".join(pair.people), pair.found.pairs, pair.found, is_few=pair.found.is_few)
    for reason in report.reasons:
        _show_row(reason.reason_code, reason.named, reason.found, is_few=reason.is_few)
    print(f"{report.disagreements:,} to settle, {report.waiting:,} wait for a second look.")
    for result in report.golden:
        right = round(result.found.share * result.found.judged)
        name = printable(result.actor)
        print(f"{name}: right on {right:,} of {result.found.judged:,} golden items")
    print(missed_words(report.missed))
    print(found_words(report.missed))


def _show_row(name: str, texts: int, found: Agreement, *, is_few: bool) -> None:
    few = f"  (under {FEW_PAIRS}: too few to conclude from)" if is_few else ""
    print(
        f"  {printable(name)}: {texts:,} texts, same {percent_figure(found.raw)}, of removals "
        f"{percent_figure(found.positive)}, kappa {chance_figure(found.kappa)}, AC1 "
        f"{chance_figure(found.ac1)}{few}"
    )


def _facts(report: QualityReport) -> dict[str, Any]:
    """What is unknown is null."""
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "agreement": asdict(report.found) if report.found else None,
        "pairs": [{"people": each.people, **asdict(each.found)} for each in report.pairs],
        "reasons": [
            {"reason": each.reason_code, "named": each.named, **asdict(each.found)}
            for each in report.reasons
        ],
        "disagreements": report.disagreements,
        "waiting": report.waiting,
        "golden": [{"person": each.actor, **asdict(each.found)} for each in report.golden],
        "missed": asdict(report.missed),
    }
