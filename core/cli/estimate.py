"""`modconsole estimate`: how long a job of comments will take, and what would make it faster."""

import argparse
import json
from contextlib import closing
from typing import Any

from core.bootstrap.measures import read_measures
from core.bootstrap.services import build_services
from core.bootstrap.state import check_has_log
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, complain, printable
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.job_time import JobTime, WantedJob, estimate_job
from core.servinglog.estimates.plan import JobForecast
from core.servinglog.estimates.wording import (
    answer_words,
    basis_words,
    cold_words,
    effect_words,
    plan_words,
)


def add_commands(commands: Commands) -> None:
    """Declares `estimate`."""
    command = commands.add(
        "estimate",
        run_estimate,
        "Say how long scoring N comments will take, and what would make it faster.",
        "The time has a range that nine of ten such jobs keep, resampled from the serving log of "
        "this site; after it come the levers, the strongest first, each with what was measured "
        "here and the decisions that change. Exit code 1: the log has too few calls to say. The "
        "page *How long?* shows the same. See docs/how_long.md.",
    )
    command.add_argument("comments", type=positive, metavar="N", help="how many comments")
    command.add_argument(
        "--backend", metavar="NAME", help="one that was logged (default: the newest live one)"
    )
    command.add_argument(
        "--batch",
        type=positive,
        metavar="B",
        help="comments a call (default: the most usual of its calls)",
    )
    command.add_argument(
        "--replicas",
        type=positive,
        default=1,
        metavar="R",
        help="processes that score at the same time (default: 1)",
    )
    command.add_argument(
        "--chars",
        type=positive,
        metavar="C",
        help="mean characters of a comment (default: as logged)",
    )
    command.add_argument("--json", action="store_true", help="print one line of JSON instead")


def run_estimate(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole estimate`."""
    wanted = WantedJob(
        comments=arguments.comments,
        backend=arguments.backend,
        batch=arguments.batch,
        replicas=arguments.replicas,
        chars=arguments.chars,
    )
    check_has_log(settings)
    with closing(build_services(settings, worker="estimate")) as services:
        log = services.serving_log_queries
        found = estimate_job(SYSTEM, log, services.clock, wanted, read_measures(settings))
        if log.store_problem is not None:
            complain(log.store_problem)
    if arguments.json:
        print(json.dumps(_facts(found), sort_keys=True))
    else:
        print(printable("\n".join(_lines(found))))
    return ExitCode.DONE if isinstance(found.warm, JobForecast) else ExitCode.INCOMPLETE


def _lines(found: JobTime) -> list[str]:
    lines = [f"{plan_words(found.plan, found.backend)}:", answer_words(found.warm)]
    if not isinstance(found.warm, JobForecast):
        return lines
    lines += [basis_words(found.warm), cold_words(found.cold, found.cold_starts)]
    rows = [
        (effect_words(one), f"{one.kind}: {one.change}", one.evidence, one.flips)
        for one in found.levers
    ]
    first, second = (max(len(row[at]) for row in rows) for at in (0, 1))
    lines.append("What would make it faster (time, lever, evidence; decisions that change):")
    lines += [f"  {a:>{first}}  {b:<{second}}  {c}; {d}" for a, b, c, d in rows]
    return lines


def _facts(found: JobTime) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "backend": found.backend,
        "comments": found.plan.comments,
        "batch": found.plan.batch,
        "replicas": found.plan.replicas,
        "chars": found.plan.chars,
        "calls_read": found.calls,
        "warm": None,
        "cold": found.cold and _times(found.cold),
        "cold_starts": found.cold_starts,
        "levers": [
            {
                "lever": one.kind.value,
                "change": one.change,
                "factor": one.factor and round(one.factor, 3),
                "evidence": one.evidence,
                "flips": one.flips,
            }
            for one in found.levers
        ],
    }
    if isinstance(found.warm, JobForecast):
        warm = found.warm
        facts["warm"] = _times(warm) | {
            "calls": warm.calls,
            "pieces": warm.pieces,
            "basis": warm.basis.value,
            "scaling": warm.scaling.value,
        }
    else:
        facts["too_few"] = {"calls": found.warm.found, "needed": found.warm.needed}
    return facts


def _times(found: JobForecast) -> dict[str, float]:
    low, high = found.interval_ms
    return {
        "median_ms": round(found.median_ms, 1),
        "low_ms": round(low, 1),
        "high_ms": round(high, 1),
    }
