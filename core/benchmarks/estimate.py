"""Whether the calculator keeps its word: real jobs, each against the interval that the log of the
jobs before it gave."""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.benchmarks.local_texts import bench_texts
from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.moderation.estimates import share_of
from core.moderation.permissions import SYSTEM
from core.services.job_time import WantedJob, estimate_job
from core.servinglog.estimates.levers import SiteMeasures
from core.servinglog.estimates.plan import JobForecast
from core.servinglog.record import Mode

JOBS = 22
FEWEST_COMMENTS, MOST_COMMENTS = 100, 5_000
FIRST_JOBS = ((200, 16), (100, 4), (200, 64)) * 2
"""Comments and comments a call of the jobs that make the log."""
BATCHES = (16, 16, 64, 4, 16, 32)
"""Comments a call, in turn. Calls of 32 are fitted over the others until there are enough."""
SEED = 16


def run(
    settings: Settings, progress: Callable[[str], None], file: Path | None = None
) -> dict[str, Any]:
    """One row a job: its time in seconds, the interval before it, and whether it held. Comments are
    scored again and again, so there is no cache."""
    source, texts = bench_texts(settings, file)
    with tempfile.TemporaryDirectory(prefix="estimate-") as folder:
        alone = replace(settings, home=Path(folder), cache_size=0, state_url="sqlite")
        with closing(build_services(alone, worker="bench")) as services:
            drawn = _comments(texts)
            for comments, batch in FIRST_JOBS:
                _work(services, drawn, comments, batch)
            rows = []
            for number, comments in enumerate(_sizes()):
                row = _job(services, drawn, comments, BATCHES[number % len(BATCHES)])
                progress(f"job {number + 1} of {JOBS}: {row}")
                rows.append(row)
    return {
        "benchmark": "estimate",
        "texts": f"{len(texts):,} {source}",
        **_summary(rows),
        "rows": rows,
    }


def _sizes() -> list[int]:
    """From the fewest to the most, most of them small, in a random order."""
    ratio = MOST_COMMENTS / FEWEST_COMMENTS
    sizes = [round(FEWEST_COMMENTS * ratio ** ((at / (JOBS - 1)) ** 3)) for at in range(JOBS)]
    random.Random(SEED).shuffle(sizes)
    return sizes


def _comments(texts: Sequence[str]) -> Iterator[str]:
    """The texts for ever, shuffled anew each time."""
    generator = random.Random(SEED)
    while True:
        yield from generator.sample(list(texts), len(texts))


def _work(services: Services, drawn: Iterator[str], comments: int, batch: int) -> float:
    """Score so many comments; seconds."""
    texts = [next(drawn) for _ in range(comments)]
    scorer, clock = services.scorer, services.clock
    began_s = clock.monotonic()
    for at in range(0, comments, batch):
        scorer.score(texts[at : at + batch], Mode.BATCH)
    return clock.monotonic() - began_s


def _job(services: Services, drawn: Iterator[str], comments: int, batch: int) -> dict[str, Any]:
    wanted = WantedJob(comments, services.scorer.backend.info.name, batch)
    log = services.serving_log_queries
    found = estimate_job(SYSTEM, log, services.clock, wanted, SiteMeasures()).warm
    took_s = _work(services, drawn, comments, batch)
    row: dict[str, Any] = {"comments": comments, "batch": batch, "took_s": round(took_s, 3)}
    if not isinstance(found, JobForecast):
        return row | {"too_few": True}
    low_ms, high_ms = found.interval_ms
    return row | {
        "low_s": round(low_ms / 1000, 3),
        "median_s": round(found.median_ms / 1000, 3),
        "high_s": round(high_ms / 1000, 3),
        "basis": found.basis.value,
        "calls": found.calls,
        "held": low_ms <= took_s * 1000.0 <= high_ms,
    }


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    told = [row for row in rows if "held" in row]
    held = sum(row["held"] for row in told)
    widths = sorted((row["high_s"] - row["low_s"]) / row["median_s"] for row in told)
    share = share_of(held, len(told))
    return {
        "jobs": len(rows),
        "told": len(told),
        "held": held,
        "share_held": round(share.share, 3),
        "share_95": [round(share.low, 3), round(share.high, 3)],
        "median_width": round(widths[len(widths) // 2], 3),
    }


def as_lines(table: dict[str, Any]) -> list[str]:
    """The summary for the terminal."""
    low, high = table["share_95"]
    return [
        f"{table['held']} of {table['told']} jobs within their interval of 90 %: "
        f"{table['share_held']:.0%} (95 %: {low:.0%} to {high:.0%})",
        f"width of an interval, as a share of its median: {table['median_width']:.0%} (median)",
    ]
