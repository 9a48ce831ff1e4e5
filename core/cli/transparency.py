"""`modconsole transparency`: writes the transparency report."""

import argparse
from contextlib import closing
from pathlib import Path

from core.bootstrap.services import build_services
from core.cli.arguments import Commands, add_span
from core.cli.output import ExitCode
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.transparency import load_transparency
from core.store.transparency_queries import Unit


def add_commands(commands: Commands) -> None:
    """Declares `transparency`."""
    command = commands.add(
        "transparency",
        run_transparency,
        "Report restrictions, reports and appeals of a span, each number with its query.",
        "It prints the figures of the transparency report (DSA Articles 15 and 24): restrictions "
        "by reason and by who decided, the share that no person took part in, reports, appeals and "
        "their outcomes, and median times. FILE has them with the query of each number, which "
        "SQLite and PostgreSQL both run. The page *Transparency* shows the same. See "
        "docs/transparency.md.",
    )
    add_span(command, "what took effect, came in or was heard")
    command.add_argument("--out", type=Path, metavar="FILE", help="named .csv or .json")


def run_transparency(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole transparency`."""
    from core.batch.transparency_files import check_report_out, write_report

    if arguments.out is not None:
        check_report_out(arguments.out)
    with closing(build_services(settings, worker="transparency", creates=False)) as services:
        until = arguments.until or services.clock.now()
        report = load_transparency(services.context, SYSTEM, arguments.since, until)
    if arguments.out is not None:
        write_report(report, arguments.out)
    for figure in report.figures:
        print(f"{_words(figure.value, figure.query.unit):>12}  {figure.query.title}")
        for row in figure.rows if figure.query.groups else ():
            print(f"{_words(row.value, figure.query.unit):>12}    {', '.join(row.groups)}")
    if arguments.out is not None:
        print(f"The report with its queries is in {arguments.out}.")
    return ExitCode.DONE


def _words(value: float | None, unit: Unit) -> str:
    if value is None:
        return "–"
    if unit is Unit.COUNT:
        return f"{value:,.0f}"
    return f"{value:.1%}" if unit is Unit.SHARE else f"{value:,.1f} s"
