"""`modconsole loadtest`: how much the API takes before the objective breaks."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core.bootstrap.objectives import site_objectives
from core.bootstrap.services import Services, build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, complain, printable
from core.config import Settings
from core.errors import ConfigError, InvalidInput
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus
from core.load_test.wording import STATUS_WORDS, objective_words, target_words
from core.moderation.permissions import SYSTEM
from core.services.load_tests import (
    begin_load_test,
    busiest_rps,
    latency_objective,
    list_load_tests,
    stop_load_test,
)
from core.stop_signals import stop_signals

WORKERS = (1, 2, 4)
_RUN_FLAGS = (
    "url",
    "key_env",
    "workers",
    "seconds",
    "rounds",
    "rate",
    "within_ms",
    "share",
    "file",
)


def add_commands(commands: Commands) -> None:
    """Declares `loadtest`."""
    command = commands.add(
        "loadtest",
        run_loadtest,
        "Raise the load on the API until the objective breaks, and see how it grows with workers.",
        "`loadtest run` starts API servers of its own on this machine, or sends to `--url`. "
        "Requests come at random times at a rising rate, whatever the server does, and each one's "
        "latency counts from when it was due. It strains the server. `loadtest list` prints all "
        "tests of this home, `loadtest show ID` one, `loadtest show ID ID` two side by side, and "
        "`loadtest stop ID` stops one. What is sent counts toward no objective. The page *Does it "
        "scale?* shows the same. See docs/load_tests.md.",
    )
    command.add_argument(
        "act",
        choices=("run", "list", "show", "stop"),
        metavar="ACT",
        help="run, list, show or stop",
    )
    command.add_argument("ids", nargs="*", metavar="ID", help="of `show` and `stop`: a test's id")
    command.add_argument("--url", metavar="URL", help="send to the API at URL, not to own servers")
    command.add_argument(
        "--key-env", metavar="NAME", help="with --url: the variable that holds the API key"
    )
    command.add_argument(
        "--workers",
        type=positive,
        nargs="+",
        metavar="N",
        help="own servers: numbers of workers to compare (default: 1 2 4)",
    )
    command.add_argument(
        "--rounds", type=positive, metavar="N", help="own servers: rounds of each number (3)"
    )
    command.add_argument("--seconds", type=positive, metavar="S", help="length of each load (5)")
    command.add_argument(
        "--rate", type=positive, metavar="R", help="first requests a second (by default a low one)"
    )
    command.add_argument(
        "--within-ms", type=positive, metavar="MS", help="the objective (default: the site's own)"
    )
    command.add_argument(
        "--share", type=float, metavar="P", help="share answered in that time, such as 0.99"
    )
    command.add_argument("--file", type=Path, metavar="FILE", help="comments to send (a sample)")
    command.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_loadtest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole loadtest`."""
    given = [name for name in _RUN_FLAGS if getattr(arguments, name) is not None]
    if arguments.act != "run" and given:
        flag = given[0].replace("_", "-")
        raise InvalidInput(f"--{flag} goes with `loadtest run`")
    numbers = {"run": (0, 0), "list": (0, 0), "show": (1, 2), "stop": (1, 1)}
    least, most = numbers[arguments.act]
    if not least <= len(arguments.ids) <= most:
        raise InvalidInput(
            f"`loadtest {arguments.act}` takes {least or 'no'}{' or 2' if most == 2 else ''} ID"
        )
    if arguments.act != "run":
        check_has_log(settings)
    with closing(build_services(settings, worker="loadtest")) as services:
        folder = LoadTestFolder(services.settings.load_tests_dir)
        if arguments.act == "run":
            return _run(arguments, services, folder)
        if arguments.act == "stop":
            stop_load_test(services.context, SYSTEM, folder, arguments.ids[0])
            print("It was asked to stop.")
            return ExitCode.DONE
        tests = (
            list_load_tests(SYSTEM, folder)
            if arguments.act == "list"
            else [folder.find(test_id) for test_id in arguments.ids]
        )
        _print(services, tests, in_full=arguments.act == "show", as_json=arguments.json)
    return ExitCode.DONE


def _run(arguments: argparse.Namespace, services: Services, folder: LoadTestFolder) -> ExitCode:
    from core.processes.load_testing import machine_words, run_load_test

    plan = _plan(arguments, services.settings)
    if plan.url is None and arguments.key_env is not None:
        raise ConfigError("--key-env goes with --url")
    test = begin_load_test(services.context, SYSTEM, folder, plan, machine_words())

    def say(line: str) -> None:
        print(printable(line), file=sys.stderr, flush=True)

    say(f"load test {test.id}: {target_words(test)}; objective: {objective_words(test)}")
    with stop_signals() as stopped:
        test = run_load_test(
            test,
            services.settings,
            say,
            stopped,
            key_env=arguments.key_env,
            file=arguments.file,
        )
    _print(services, [test], in_full=True, as_json=arguments.json)
    if test.status is LoadTestStatus.STOPPED:
        complain("stopped; what was found so far is kept")
        return ExitCode.INTERRUPTED
    if test.status is LoadTestStatus.FAILED:
        complain(test.problem)
        return ExitCode.INCOMPLETE
    return ExitCode.DONE


def _plan(arguments: argparse.Namespace, settings: Settings) -> LoadTestPlan:
    share, within_ms = latency_objective(site_objectives(settings))
    if arguments.url is not None and arguments.workers is not None:
        raise InvalidInput("--workers are own servers: give them or --url")
    usual = LoadTestPlan()
    return LoadTestPlan(
        url=arguments.url,
        workers=(1,) if arguments.url is not None else tuple(arguments.workers or WORKERS),
        share=share if arguments.share is None else arguments.share,
        within_ms=float(arguments.within_ms or within_ms),
        seconds=float(arguments.seconds or usual.seconds),
        rounds=arguments.rounds or usual.rounds,
        first_rps=arguments.rate and float(arguments.rate),
    )


def _print(services: Services, tests: Sequence[LoadTest], *, in_full: bool, as_json: bool) -> None:
    from core.load_test.report import facts_of, side_by_side

    if as_json:
        print(json.dumps([facts_of(one) for one in tests], sort_keys=True))
    elif in_full:
        busiest = busiest_rps(SYSTEM, services.serving_log_queries, services.clock)
        print(printable("\n".join(side_by_side(tests, busiest))))
    elif not tests:
        print("No load test was made yet.")
    else:
        for one in tests:
            print(
                printable(
                    f"{one.id}  {one.started_at:%F %T}  {STATUS_WORDS[one.status]:<7}  "
                    f"{target_words(one)}"
                )
            )
