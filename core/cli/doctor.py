"""`modconsole doctor`."""

import argparse
import textwrap

from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.doctor.checks import CheckResult, CheckState

WIDTH = 100


def add_commands(commands: Commands) -> None:
    """Declares `doctor`."""
    commands.add(
        "doctor",
        run_doctor,
        "Show what this machine has and what the console uses of it.",
        "Processor, memory, packages, what scores and why, how fast each runtime was measured, "
        "settings, home, ports, browser, and what would be faster: one screen that can be pasted "
        "into a bug report. It contains no secrets, and shows values of settings only if they are "
        "plain words or numbers. Exit code 0, or 2 if something keeps the console from starting.",
        needs_whole_home=False,
    )


def run_doctor(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole doctor`."""
    from core.doctor.channels import check_channels
    from core.doctor.installation import (
        check_languages,
        check_packages,
        check_scoring,
        console_version,
    )
    from core.doctor.keys import check_keys
    from core.doctor.machine import check_browser, check_memory, check_processor, system_line
    from core.doctor.runtimes import check_runtimes
    from core.doctor.site import (
        check_home,
        check_ports,
        check_set_up,
        check_settings,
        check_state,
    )

    results = [
        check_processor(),
        check_memory(),
        check_packages(),
        check_scoring(settings),
        *check_runtimes(settings),
        check_languages(settings),
        check_settings(),
        check_set_up(settings),
        check_home(settings),
        *check_state(settings),
        *check_keys(settings),
        *check_channels(settings),
        *check_ports(settings),
        check_browser(),
    ]
    print(f"moderation-console {console_version()}, {system_line()}")
    for result in results:
        print("\n".join(_lines(result)))
    stopped = [each.about for each in results if each.state is CheckState.STOPS_THE_CONSOLE]
    if stopped:
        print(f"The console can't start: {', '.join(stopped)}.")
        return ExitCode.WRONG_USE
    print("Nothing keeps the console from starting.")
    return ExitCode.DONE


def _lines(result: CheckResult) -> list[str]:
    head = f"{result.state:<5}{result.about:<11}"
    indent = " " * len(head)
    lines = textwrap.wrap(
        result.fact,
        WIDTH,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    if result.advice:
        lines += textwrap.wrap(
            result.advice,
            WIDTH,
            initial_indent=f"{indent}-> ",
            subsequent_indent=f"{indent}   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
