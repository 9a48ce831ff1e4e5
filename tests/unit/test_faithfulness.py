"""The measures of an explanation, on texts whose important word is known."""

from random import Random

import numpy as np
import pytest

from core.benchmarks.faithfulness import AT, judge_text, measure, token_f1
from core.benchmarks.rationales import MarkedText
from core.inference.fake import FakeBackend


def score(texts):
    assert all(text.strip() for text in texts)
    return FakeBackend().score(texts).results


def marked(number: int) -> MarkedText:
    text = "one two three four five " + "idiot" + f" seven eight nine{number}"
    return MarkedText(text, ((24, 29),))


@pytest.mark.parametrize(
    ("chosen", "wanted", "f1"),
    [
        ([1, 0, 0], [1, 0, 0], 1.0),
        ([1, 1, 0], [1, 0, 0], 2 / 3),
        ([0, 1, 0], [1, 0, 0], 0.0),
        ([0, 0, 0], [1, 0, 0], 0.0),
        ([0, 0, 0], [0, 0, 0], 1.0),
    ],
)
def test_token_f1(chosen, wanted, f1) -> None:
    assert token_f1(np.array(chosen, bool), np.array(wanted, bool)) == pytest.approx(f1)


def test_a_way_that_knows_the_word_is_faithful_and_chance_is_not() -> None:
    chance = Random(3)
    judged = [judge_text(score, marked(number), 100, chance) for number in range(20)]
    shipped, at_random = measure(judged, "shipped"), measure(judged, "random")
    assert shipped["token_f1"]["value"] == 1.0
    assert shipped["token_f1_shipped_edge"]["value"] == 1.0
    assert shipped["comprehensiveness"]["value"] == 0.9
    assert shipped["sufficiency"]["value"] == 0.0
    assert measure(judged, "people")["comprehensiveness"]["value"] == 0.9
    assert at_random["token_f1"]["value"] < 0.6
    assert at_random["sufficiency"]["value"] > 0.4
    assert at_random["comprehensiveness"]["high"] < 0.6


def test_more_words_taken_out_lose_no_less_here() -> None:
    judged = judge_text(score, marked(0), 100, Random(1))
    assert list(judged.lost["shipped"]) == pytest.approx([0.9] * 5)
    assert len(judged.short["shipped"]) == 5
    assert judged.short["random"][AT] in (pytest.approx(0.0), pytest.approx(0.9))


def test_a_word_counts_as_marked_where_a_mark_touches_it() -> None:
    judged = judge_text(score, MarkedText("you idiotic fool", ((7, 13),)), 100, Random(1))
    assert list(judged.marked) == [False, True, True]
