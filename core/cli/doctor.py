"""`modconsole doctor`."""

import argparse
import textwrap

from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.doctor.findings import Finding, Verdict

WIDTH = 100


def add_commands(commands: Commands) -> None:
    """`doctor`."""
    commands.add(
        "doctor",
        run_doctor,
        "Show what this machine has and what the console uses of it.",
        "Processor, memory, packages, what scores and why, settings, home, ports, browser, and "
        "what would be faster: one screen that can be pasted into a bug report. It holds no "
        "secrets, and values of settings only where they are plain words or numbers. Exit code 0, "
        "or 2 when something keeps the console from starting.",
    )


def run_doctor(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole doctor`."""
    from core.doctor.installation import check_packages, check_scoring, console_version
    from core.doctor.machine import check_browser, check_memory, check_processor, system_line
    from core.doctor.site import check_home, check_ports, check_settings

    findings = [
        check_processor(),
        check_memory(),
        check_packages(),
        check_scoring(settings),
        check_settings(),
        check_home(settings),
        *check_ports(settings),
        check_browser(),
    ]
    print(f"moderation-console {console_version()}, {system_line()}")
    for finding in findings:
        print("\n".join(_lines(finding)))
    stopped = [each.about for each in findings if each.verdict is Verdict.STOPS_THE_CONSOLE]
    if stopped:
        print(f"The console can't start: {', '.join(stopped)}.")
        return ExitCode.WRONG_USE
    print("Nothing keeps the console from starting.")
    return ExitCode.DONE


def _lines(finding: Finding) -> list[str]:
    head = f"{finding.verdict:<5}{finding.about:<11}"
    indent = " " * len(head)
    lines = textwrap.wrap(
        finding.fact,
        WIDTH,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    if finding.advice:
        lines += textwrap.wrap(
            finding.advice,
            WIDTH,
            initial_indent=f"{indent}-> ",
            subsequent_indent=f"{indent}   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
