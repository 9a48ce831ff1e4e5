"""Explanations, on backends with known words."""

from collections.abc import Sequence

import pytest

from core.errors import BackendError
from core.inference.base import TextResult
from core.inference.explanation.explainer import (
    MOST_PARTS,
    Explanation,
    Part,
    explain,
    most_variants,
)
from core.inference.fake import FakeBackend
from core.moderation.scores import Label

INSULT, THREAT = Label.INSULT, Label.THREAT
LABELS = (INSULT,)


class Asked:
    """The fake backend, recording every text."""

    def __init__(self) -> None:
        self.calls: list[Sequence[str]] = []

    def __call__(self, texts: Sequence[str]) -> Sequence[TextResult]:
        self.calls.append(texts)
        return FakeBackend().score(texts).results


def explained(text: str, *, labels=LABELS, max_words=10_000, edge=0.5, asked=None) -> Explanation:
    score = asked or Asked()
    scores = FakeBackend().score([text]).results[0].scores
    return explain(
        score,
        text,
        scores,
        labels=labels,
        max_words=max_words,
        passes=lambda found: all(found[label] < edge for label in labels),
    )


def named(text: str, parts: Sequence[Part]) -> list[str]:
    return [text[part.start : part.end] for part in parts]


def test_the_one_word_that_matters_stands_alone() -> None:
    text = "Well, you idiot, read it."
    found = explained(text)
    assert named(text, found.important_parts(INSULT)) == ["idiot"]
    (part,) = found.important_parts(INSULT)
    assert found.change(part, INSULT) == pytest.approx(0.95 - 0.02)
    assert part.alone[INSULT] == 0.95
    assert found.weight(part, INSULT) == pytest.approx(0.93)
    others = [each for each in found.parts if each != part]
    assert all(found.weight(each, INSULT) == 0.0 for each in others)


def test_words_that_would_each_suffice_are_found_all_the_same() -> None:
    text = "You idiot and moron."
    found = explained(text)
    assert named(text, found.important_parts(INSULT, 0.4)) == ["idiot", "moron"]
    idiot = found.parts[1]
    assert found.change(idiot, INSULT) == 0.0
    assert found.weight(idiot, INSULT) > 0.4


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("You idiot.", ["idiot"]),
        ("You idiot, yes, idiot!", ["idiot", "idiot"]),
        ("An idiot, a moron, another moron.", ["idiot", "moron", "moron"]),
        ("moron idiot moron idiot", None),
        ("Good morning.", None),
    ],
)
def test_the_fewest_words_whose_removal_passes(text: str, remedy: list[str] | None) -> None:
    found = explained(text).remedy
    assert (found and [text[word.start : word.end] for word in found.words]) == remedy
    if found:
        assert found.scores[INSULT] == 0.02


def test_a_remedy_clears_every_label_asked_for() -> None:
    text = "I kill that idiot now"
    found = explained(text, labels=(INSULT, THREAT)).remedy
    assert found is not None
    assert [text[word.start : word.end] for word in found.words] == ["kill", "idiot"]


@pytest.mark.parametrize("words", [49, 80, 300, 10_000])
def test_a_needle_in_a_long_text_is_found_within_the_budget(words: int) -> None:
    text = " ".join(["word"] * (words // 3) + ["idiot"] + ["word"] * (words - words // 3 - 1))
    asked = Asked()
    found = explained(text, asked=asked)
    (part,) = found.important_parts(INSULT)
    assert text[part.start : part.end].count("idiot") == 1
    assert len(part.words) <= (1 if words <= 300 else 20)
    assert sum(map(len, asked.calls)) <= 2 * MOST_PARTS + 2


def test_a_long_text_of_nothing_but_abuse_stays_within_the_budget() -> None:
    asked = Asked()
    found = explained("idiot " * 300, asked=asked)
    assert len(found.important_parts(INSULT)) == len(found.parts) <= MOST_PARTS
    assert sum(map(len, asked.calls)) <= 2 * MOST_PARTS + 1 + 10


def test_light_neighbours_stay_together_and_nothing_more_is_spent_on_them() -> None:
    asked = Asked()
    found = explained("word " * 96 + "idiot", asked=asked)
    assert [len(part.words) for part in found.parts].count(4) == 23
    assert len(asked.calls) == 2


def test_words_beyond_what_the_backend_reads_are_counted_and_not_asked_for() -> None:
    asked = Asked()
    found = explained("one two three idiot", max_words=2, asked=asked)
    assert len(found.parts) == 2
    assert found.unread == 2


@pytest.mark.parametrize("text", ["idiot", "!!!", "🙂", "שלום", "\u200d", "<b>"])
def test_a_text_of_one_word_is_explained_and_nothing_empty_is_scored(text: str) -> None:
    asked = Asked()
    found = explained(text, asked=asked)
    assert len(found.parts) == 1
    assert all(variant.strip() for call in asked.calls for variant in call)


def test_nothing_is_telling_in_a_text_without_a_score() -> None:
    assert explained("Good morning to you all.").important_parts(INSULT, 0.0) == ()


def test_a_variant_that_fails_is_said_and_not_guessed() -> None:
    def score(texts: Sequence[str]) -> Sequence[TextResult]:
        return [TextResult(error="too odd") for _ in texts]

    with pytest.raises(BackendError, match="too odd"):
        explain(score, "a b", {INSULT: 0.9}, labels=LABELS, max_words=9, passes=lambda _: False)


@pytest.mark.parametrize("parts", [8, 24, MOST_PARTS])
@pytest.mark.parametrize("count", [1, 20, 24, 25, 48, 49, 900])
def test_no_more_texts_are_scored_than_the_parts_allow(parts: int, count: int) -> None:
    text = " ".join("idiot" if n % 7 == 3 else f"word{n}" for n in range(count))
    asked = Asked()
    scores = FakeBackend().score([text]).results[0].scores
    found = explain(
        asked,
        text,
        scores,
        labels=LABELS,
        max_words=10_000,
        passes=lambda _: False,
        most_parts=parts,
    )
    assert sum(map(len, asked.calls)) <= most_variants(parts)
    assert sum(len(part.words) for part in found.parts) == count
