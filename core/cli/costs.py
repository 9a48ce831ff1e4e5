"""`modconsole costs`: prints what 1,000 comments cost by each backend."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from typing import Any

from core.bootstrap.prices import site_prices
from core.bootstrap.services import build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, printable
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.moderation.quality_words import UNKNOWN, percent
from core.services.costs import CostReport, load_costs
from core.servinglog.costs.backend_cost import BackendCost
from core.servinglog.costs.wording import amount, cost_summary

DAYS = 7


def add_commands(commands: Commands) -> None:
    """Declares `costs`."""
    command = commands.add(
        "costs",
        run_costs,
        "Print what 1,000 comments cost by each backend, from the prices in prices.toml.",
        "Beside it: how long nine of ten calls and more took (p95), and how well the model tells "
        "what people remove. The page *Cost* shows the same. See docs/costs.md.",
    )
    command.add_argument(
        "--days",
        type=positive,
        default=DAYS,
        metavar="N",
        help=f"the calls of the last N days (default: {DAYS})",
    )
    command.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_costs(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole costs`."""
    prices = site_prices(settings)
    check_has_log(settings)
    with closing(build_services(settings, worker="costs")) as services:
        report = load_costs(
            services.context,
            SYSTEM,
            services.serving_log_queries,
            services.policy_history,
            prices,
            days=arguments.days,
        )
    if arguments.json:
        print(json.dumps(_facts(report), sort_keys=True))
    else:
        _show(report)
    return ExitCode.DONE


def _show(report: CostReport) -> None:
    print(printable(cost_summary(report.costs, report.currency)))
    for one in report.costs:
        print(f"  {printable(one.use.backend)}: {_words(one, report.currency)}")
    for name in report.unused:
        print(f"  {printable(name)}: has a price and made no call")


def _words(one: BackendCost, currency: str) -> str:
    cost = amount(one.at_full_use, currency) if one.at_full_use is not None else one.unknown
    p95 = UNKNOWN if one.use.p95_ms is None else f"{one.use.p95_ms:,.0f} ms"
    quality = UNKNOWN if one.quality is None else percent(one.quality.share)
    return f"{cost}, p95 {p95}, quality {quality}, {one.use.comments:,} comments"


def _facts(report: CostReport) -> dict[str, Any]:
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "currency": report.currency,
        "costs": [asdict(one) for one in report.costs],
        "unused": list(report.unused),
    }
