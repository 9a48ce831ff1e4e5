"""What batching gains: the same comments one by one and in batches, in turn, in one process."""

import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.bootstrap import file_scorer
from core.clock import system_clock
from core.config import Settings
from core.inference.base import TextResult
from core.inference.batching import Scorer
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.services.score import CHUNK_ROWS
from core.servinglog.record import Mode
from core.sources.bundled import sample_source

ROUNDS = 5


def run(settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """Comments per second of each way (min, median, max over the rounds), the latency of its calls,
    the ratio of the medians, and by how much the scores of the two ways differ."""
    texts = [
        clean_text(item.text)
        for item in sample_source().read()
        if isinstance(item, IncomingComment)
    ]
    clock = system_clock()
    begin = clock.monotonic()
    scorer = file_scorer(settings)
    load_s = clock.monotonic() - begin
    ways = {"one by one": 1, f"batches of {CHUNK_ROWS}": CHUNK_ROWS}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    calls_ms: dict[str, list[float]] = {name: [] for name in ways}
    scores: dict[str, list[TextResult]] = {}
    for number in range(ROUNDS):
        for name, size in ways.items():
            say(f"round {number + 1} of {ROUNDS}: {len(texts)} comments {name}")
            took, results = _score_all(scorer, texts, size, clock.monotonic)
            rates[name].append(len(texts) / (sum(took) / 1000.0))
            calls_ms[name] += took
            scores[name] = results
    single, batched = ways
    return {
        "benchmark": "local",
        "comments": len(texts),
        "backend": scorer.backend.info.name,
        "model_version": scorer.backend.info.model_version,
        "load_s": round(load_s, 3),
        "rows": [_row(name, rates[name], calls_ms[name]) for name in ways],
        "ratio": round(statistics.median(rates[batched]) / statistics.median(rates[single]), 2),
        "largest_score_difference": round(_difference(scores[single], scores[batched]), 4),
    }


def _score_all(
    scorer: Scorer, texts: Sequence[str], size: int, now_s: Callable[[], float]
) -> tuple[list[float], list[TextResult]]:
    took_ms: list[float] = []
    results: list[TextResult] = []
    for start in range(0, len(texts), size):
        begin = now_s()
        results += scorer.score(texts[start : start + size], Mode.LOAD_TEST)
        took_ms.append((now_s() - begin) * 1000.0)
    return took_ms, results


def _row(name: str, rates: Sequence[float], calls_ms: Sequence[float]) -> dict[str, Any]:
    return {
        "way": name,
        "comments_per_s_min": round(min(rates), 1),
        "comments_per_s_median": round(statistics.median(rates), 1),
        "comments_per_s_max": round(max(rates), 1),
        **{f"p{q}_ms": round(float(np.percentile(calls_ms, q)), 2) for q in (50, 95, 99)},
    }


def _difference(one: Sequence[TextResult], other: Sequence[TextResult]) -> float:
    return max(
        abs(a.scores[label] - b.scores[label])
        for a, b in zip(one, other, strict=True)
        for label in a.scores
    )
