"""`modconsole objectives`: how far each objective is kept, and which one burns its budget."""

import argparse
from contextlib import closing

from core.bootstrap.objectives import alert_file, make_watch, site_objectives
from core.bootstrap.services import Services, build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, complain, print_facts, printable
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.objectives import ObjectivesReport, load_objectives
from core.servinglog.objectives.messages import promise
from core.servinglog.objectives.rules import ObjectiveStatus
from core.stop_signals import stop_signals


def add_commands(commands: Commands) -> None:
    """Declares `objectives`."""
    command = commands.add(
        "objectives",
        run_objectives,
        "Print how far the objectives are kept; watch them and send alerts.",
        "Objectives are declared in `objectives.toml` in the home, or the defaults hold: see "
        "docs/objectives.md. Prints each with what is left of its error budget, how fast it burns "
        "and its alert. `--every S` looks every S seconds until it is stopped, notes when an alert "
        "begins or ends, and sends both to MODCONSOLE_WEBHOOK_URL; `up` and `dashboard` do so, "
        "too.",
    )
    command.add_argument(
        "--every", type=positive, metavar="S", help="watch: look every S seconds, and send alerts"
    )


def run_objectives(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole objectives`."""
    if arguments.every is None:  # one that goes on may be started before the site's first server
        check_has_log(settings)
    with closing(build_services(settings, worker="objectives")) as services:
        if arguments.every is not None:
            return _watch(services, arguments.every)
        report = load_objectives(
            services.context,
            SYSTEM,
            services.serving_log_queries,
            site_objectives(settings),
            alert_file(services.settings),
        )
        if services.serving_log_queries.store_problem is not None:
            complain(services.serving_log_queries.store_problem)
    return _print(report)


def _print(report: ObjectivesReport) -> ExitCode:
    for status in report.statuses:
        print(printable("\n".join(_lines(report, status))))
    if not report.statuses:
        print("There are no objectives.")
    burning = {
        status.objective.name: rule.severity.value
        for status in report.statuses
        if (rule := status.burning) is not None
    }
    print_facts(
        {
            "budget_left": {one.objective.name: one.budget_left for one in report.statuses},
            "burning": burning,
        }
    )
    return ExitCode.BURNING if burning else ExitCode.DONE


def _lines(report: ObjectivesReport, status: ObjectiveStatus) -> list[str]:
    counts, left, rule = status.period_counts, status.budget_left, status.burning
    budget = "no event yet"
    if left is not None:
        budget = f"{left:.1%} of the budget left" if left > 0 else "the budget is used up"
    lines = [
        f"{status.objective.name}: {promise(status)}",
        f"  {budget}; {counts.bad:,} of {counts.events:,} missed it",
    ]
    if rule is not None:
        rate = status.burn_rate(rule.long) or 0.0
        hours = rule.long.total_seconds() / 3600
        lines.append(f"  burns {rate:,.1f} times too fast over {hours:g} h: {rule.severity}")
    alert = report.open_alert(status.objective.name)
    if alert is not None:
        lines.append(f"  alert ({alert.severity}) since {alert.began_at:%F %T} UTC")
    return lines


def _watch(services: Services, every_s: float) -> ExitCode:
    from core.processes.alerting import Alerting
    from core.processes.app_log import set_up_log

    set_up_log(services.settings)
    alerting = Alerting(lambda: make_watch(services), every_s=every_s)
    with stop_signals() as stop:
        alerting.start()
        print("The objectives are watched. Ctrl-C stops.", flush=True)
        stop.wait()
        alerting.stop()
    print("Stopped.")
    return ExitCode.DONE
