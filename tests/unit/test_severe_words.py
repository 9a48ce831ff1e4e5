"""How the words that pages mask are chosen, and that the shipped list was chosen so."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.inference.base import Backend
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import SHIPPED_MODEL, read_manifest
from core.inference.severe_words import SEVERE_WORDS_FILE, read_severe_words
from core.moderation.scores import Label
from core.training.data.datasets import Example
from core.training.evaluation.severe_words import (
    SCORE_FROM,
    SETS,
    SevereWord,
    WordCounts,
    choose_words,
    common_words,
    count_comments,
    is_severe,
)

CONTENT: dict[str, Any] = json.loads((SHIPPED_MODEL / SEVERE_WORDS_FILE).read_text())
CHOSEN = [SevereWord(**row) for row in CONTENT["words"]]


def judged(text: str, toxicity: float | None) -> Example:
    return Example(text, (toxicity, None, None, None, None), (text,), "made")


def test_a_word_counts_once_in_each_comment_people_judged() -> None:
    counts = count_comments(
        [
            judged("Weed, weed and rye", 0.5),
            judged("weed", 1.0),
            judged("rye is no weed", 0.4),
            judged("rye", None),
        ]
    )
    assert (counts.toxic["weed"], counts.clean["weed"]) == (2, 1)
    assert (counts.toxic["rye"], counts.clean["rye"]) == (1, 1)
    assert "is" not in counts.clean, "words of two letters are left out"


@pytest.mark.parametrize(
    ("score", "toxic", "clean", "is_common", "is_chosen"),
    [
        (0.9, 12, 3, False, True),
        (0.9, 12, 4, False, False),
        (0.9, 12, 1, True, True),
        (0.9, 12, 3, True, False),
        (0.79, 50, 0, False, False),
        (0.99, 3, 0, False, False),
    ],
)
def test_both_the_score_and_the_comments_must_speak_for_a_word(
    score: float, toxic: int, clean: int, is_common: bool, is_chosen: bool
) -> None:
    word = SevereWord("weeds", Label.TOXICITY, score, toxic, clean)
    assert is_severe(word, {"weed"} if is_common else ()) is is_chosen


def test_the_label_with_the_highest_score_is_named() -> None:
    counts = WordCounts({"weed": 9, "rye": 9}, {})
    scores = {
        "weed": {Label.TOXICITY: 0.81, Label.INSULT: 0.92},
        "rye": {Label.TOXICITY: 0.5, Label.INSULT: 0.1},
    }
    assert choose_words(counts, scores, ()) == (SevereWord("weed", Label.INSULT, 0.92, 9, 0),)


def test_the_shipped_list_follows_the_rule() -> None:
    common = common_words()
    assert [word.word for word in CHOSEN if not is_severe(word, common)] == []
    assert [word.word for word in CHOSEN] == sorted({word.word for word in CHOSEN})
    assert read_severe_words() == tuple(word.word for word in CHOSEN)
    assert tuple(CONTENT["sets"]) == SETS


@pytest.fixture(scope="module")
def backend(cpu_info: Path) -> Backend:
    shipped = choose_local(LocalChoice(), cpu_info=cpu_info)
    shipped.load()
    return shipped


@pytest.mark.slow
def test_the_shipped_model_scores_the_words_as_the_list_says(backend: Backend) -> None:
    """The scores differ a little between processors, since the model computes in int8."""
    assert CONTENT["model_version"] == read_manifest(SHIPPED_MODEL).version, "make the list again"
    results = backend.score([word.word for word in CHOSEN]).results
    for word, result in zip(CHOSEN, results, strict=True):
        assert result.scores[word.label] == pytest.approx(word.score, abs=0.05), word.word
        assert max(result.scores.values()) > SCORE_FROM - 0.05
