"""How well the marked words agree with people's marks, and how much of the score they explain.

Token F1, comprehensiveness and sufficiency as in DeYoung et al. 2020 (ERASER), over whole words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.benchmarks.rationales import MarkedText
from core.inference.explanation.explainer import IMPORTANT_SHARE, NOTHING, Explanation, explain
from core.inference.explanation.words import Word, only, without
from core.moderation.scores import Label

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""Shares of a text's words (at least one word) that are removed or kept alone, the bins of
ERASER; the `_area` measures are the mean over all shares."""
AT = SHARES.index(0.2)
EDGES = tuple(round(0.05 * step, 2) for step in range(1, 21))
RESAMPLES = 1000
_SEED = 20261123
_LABEL = Label.TOXICITY
Values = NDArray[np.float64]
ScoreTexts = Callable[[Sequence[str]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One text: the words people marked, each method's value of every word, and for each of SHARES
    how much the score drops without the highest-valued words (`lost`) or with only those
    (`short`)."""

    marked: NDArray[np.bool_]
    values: Mapping[str, Values]
    lost: dict[str, Values] = field(default_factory=dict)
    short: dict[str, Values] = field(default_factory=dict)


def judge_text(score: ScoreTexts, text: MarkedText, max_words: int, chance: Random) -> Judged:
    """Word values of one text by every method."""
    (whole,) = score([text.text])
    found = explain(
        score, text.text, whole.scores, labels=[_LABEL], max_words=max_words, passes=lambda _: True
    )
    words = [word for part in found.parts for word in part.words]
    marked = np.array([_is_marked(word, text) for word in words])
    values = {
        "shipped": _values(found, found.weight),
        "taken out": _values(found, found.change),
        "by itself": _values(found, lambda part, label: part.alone[label]),
        "people": marked.astype(np.float64),
        "random": np.array([chance.random() for _ in words]),
    }
    judged = Judged(marked, values)
    _ablate(score, text.text, words, whole.scores[_LABEL], judged)
    return judged


def token_f1(chosen: NDArray[np.bool_], marked: NDArray[np.bool_]) -> float:
    """Token F1 of one text; 1 if no word is chosen and none is marked."""
    size = int(chosen.sum() + marked.sum())
    return 2.0 * float((chosen & marked).sum()) / size if size else 1.0


def measure(judged: Sequence[Judged], method: str) -> dict[str, Any]:
    """Means over the texts with 95 % bootstrap intervals. The edge for `token_f1` is chosen on
    every other text and measured on the rest."""
    edge = max(EDGES, key=lambda edge: _f1(judged[::2], method, edge).mean())
    lost = np.array([each.lost[method] for each in judged])
    short = np.array([each.short[method] for each in judged])
    return {
        "way": method,
        "edge": edge,
        "token_f1": _mean(_f1(judged[1::2], method, edge)),
        "token_f1_shipped_edge": _mean(_f1(judged, method, IMPORTANT_SHARE)),
        "comprehensiveness": _mean(lost[:, AT]),
        "sufficiency": _mean(short[:, AT]),
        "comprehensiveness_area": _mean(lost.mean(axis=1)),
        "sufficiency_area": _mean(short.mean(axis=1)),
    }


def _is_marked(word: Word, text: MarkedText) -> bool:
    return any(start < word.end and end > word.start for start, end in text.spans)


def _values(found: Explanation, of: Callable[[Any, Label], float]) -> Values:
    return np.array([of(part, _LABEL) for part in found.parts for _ in part.words])


def _ablate(
    score: ScoreTexts, text: str, words: Sequence[Word], whole: float, judged: Judged
) -> None:
    """Score the text without, and with only, each method's highest-valued words; equal variants are
    scored once."""
    variants: dict[tuple[str, str], list[str]] = {}
    for method, values in judged.values.items():
        ranked = np.argsort(-values, kind="stable")
        best = [[words[i] for i in ranked[: max(1, round(share * len(words)))]] for share in SHARES]
        variants[method, "lost"] = [without(text, each) for each in best]
        variants[method, "short"] = [only(text, each) for each in best]
    asked = list(dict.fromkeys(text for texts in variants.values() for text in texts))
    results = score([text if text.strip() else NOTHING for text in asked])
    scores = {text: r.scores[_LABEL] for text, r in zip(asked, results, strict=True)}
    for (method, kind), texts in variants.items():
        getattr(judged, kind)[method] = np.array([whole - scores[text] for text in texts])


def _f1(judged: Sequence[Judged], method: str, edge: float) -> Values:
    return np.array(
        [
            token_f1((each.values[method] >= edge * each.values[method].max()), each.marked)
            for each in judged
        ]
    )


def _mean(values: Values) -> dict[str, float]:
    chance = np.random.default_rng(_SEED)
    draws = values[chance.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return {
        "value": round(float(values.mean()), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
    }
