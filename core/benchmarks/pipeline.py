"""How long comments take from a file to a decision, in a fresh store each round."""

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.bootstrap.services import build_services
from core.config import Settings
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from core.services.score import score_waiting
from core.sources.bundled import sample_source

ROUNDS = 3


def run(settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """Rows per second of ingesting the bundled sample, and comments per second of deciding on it,
    each as min, median and max over the rounds."""
    ingested: list[float] = []
    decided: list[float] = []
    rows = 0
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        with tempfile.TemporaryDirectory() as folder:
            rows, comments, ingest_s, score_s = _round(replace(settings, home=Path(folder)))
        ingested.append(rows / ingest_s)
        decided.append(comments / score_s)
    return {
        "benchmark": "pipeline",
        "rows": [
            {"step": "ingest", "unit": "rows/s", **_spread(ingested)},
            {"step": "score and decide", "unit": "comments/s", **_spread(decided)},
        ],
        "sample_rows": rows,
    }


def _round(settings: Settings) -> tuple[int, int, float, float]:
    services = build_services(settings, worker="bench")
    now_s = services.clock.monotonic
    begin = now_s()
    rows = [report.rows for report in ingest(services.context, SYSTEM, sample_source().read())][-1]
    ingest_s = now_s() - begin
    scorer = services.scorer
    begin = now_s()
    comments = [report.decided for report in score_waiting(services.context, scorer)][-1]
    score_s = now_s() - begin
    services.context.store.close()
    return rows, comments, ingest_s, score_s


def _spread(rates: list[float]) -> dict[str, float]:
    return {
        "min": round(min(rates), 1),
        "median": round(statistics.median(rates), 1),
        "max": round(max(rates), 1),
    }
