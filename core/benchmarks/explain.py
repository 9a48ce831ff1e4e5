"""Explanations: how well they agree with words that people marked, and their latency."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from core.benchmarks.faithfulness import judge_text, measure
from core.benchmarks.rationales import SETS, MarkedText, read_rationales
from core.bootstrap.services import file_scorer
from core.clock import system_clock
from core.config import Settings
from core.errors import ConsoleError
from core.inference.base import TextResult
from core.inference.batching.batch_queue import most_tokens
from core.inference.explanation.explainer import explain
from core.inference.explanation.words import split_words
from core.inference.scorer import Scorer
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.moderation.scores import Label
from core.services.explain import MOST_WORDS
from core.servinglog.record import Mode
from core.sources.bundled import sample_source

ROWS = 300
LENGTHS = (20, 80, 250)
TIMED = 40


def run(
    settings: Settings, say: Callable[[str], None], data_dir: Path | None = None, rows: int = ROWS
) -> dict[str, Any]:
    """Needs the folder with the data sets. Raises DataFileMismatch."""
    if data_dir is None:
        raise ConsoleError("`modconsole bench explain` needs --data DIR")
    texts = {name: read_rationales(data_dir, name, rows) for name in SETS}
    scorer = file_scorer(settings)
    info = scorer.backend.info
    latency = [_latency(scorer, words, say) for words in LENGTHS]
    return {
        "benchmark": "explain",
        "backend": info.name,
        "model_version": info.model_version,
        "texts": "marked ones of the validation and test sides; for latency, the bundled sample",
        "latency": latency,
        "faithfulness": [_faithfulness(scorer, name, texts[name], say) for name in SETS],
    }


def _faithfulness(
    scorer: Scorer, name: str, texts: Sequence[MarkedText], say: Callable[[str], None]
) -> dict[str, Any]:
    chance, judged = Random(7), []
    for number, text in enumerate(texts, start=1):
        judged.append(judge_text(partial(_score, scorer), text, _max_words(scorer), chance))
        if number % 25 == 0:
            say(f"{name}: {number} of {len(texts)} texts")
    methods = judged[0].values
    return {
        "data_set": name,
        "texts": len(texts),
        "ways": [measure(judged, method) for method in methods],
    }


def _latency(scorer: Scorer, words: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Latency of whole explanations of texts with that many words; scoring the text itself is
    included."""
    now_s = system_clock().monotonic
    score = partial(_score, scorer)
    score(["warm"])
    took_ms: list[float] = []
    for text in _texts(words):
        begin = now_s()
        (whole,) = score([text])
        explain(
            score,
            text,
            whole.scores,
            labels=[Label.TOXICITY],
            max_words=_max_words(scorer),
            # Never satisfied, so that every measured time includes a full search for a remedy.
            passes=lambda _: False,
        )
        took_ms.append((now_s() - begin) * 1000.0)
    say(f"{len(took_ms)} texts of {words} words explained")
    quantiles = {f"p{q}_ms": round(float(np.percentile(took_ms, q)), 1) for q in (50, 95)}
    return {"words": words, "texts": len(took_ms), **quantiles, "max_ms": round(max(took_ms), 1)}


def _texts(words: int) -> list[str]:
    """The bundled sample's comments joined, and cut into texts of that many words."""
    comments = [
        clean_text(each.text)
        for each in sample_source().read()
        if isinstance(each, IncomingComment)
    ]
    text = "\n".join(comments)
    found = split_words(text)[: words * TIMED]
    starts = range(0, len(found) - words + 1, words)
    return [text[found[at].start : found[at + words - 1].end] for at in starts]


def _score(scorer: Scorer, texts: Sequence[str]) -> Sequence[TextResult]:
    # A text without some of its words may look like another language.
    return scorer.score_here(texts, Mode.LOAD_TEST)


def _max_words(scorer: Scorer) -> int:
    return most_tokens(scorer.backend.info) or MOST_WORDS
