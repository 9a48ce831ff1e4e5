"""Properties of explanations of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.explanation.explainer import MOST_PARTS, NOTHING, explain
from core.inference.explanation.words import only, split_words, without
from core.inference.fake import FakeBackend
from core.moderation.scores import Label

LABEL = Label.INSULT
LISTED = st.sampled_from(["idiot", "moron", "kill", "damn", "vermin", "🙂", "שלום", "…", "<b>"])
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(LISTED | st.text(max_size=9), max_size=120).map(" ".join),
)


def scores_of(texts):
    return FakeBackend().score([text if text.strip() else NOTHING for text in texts]).results


@pytest.mark.slow
@given(TEXTS)
def test_words_are_in_order_apart_and_hold_every_letter(text):
    words = split_words(text)
    ends = [0, *(word.end for word in words)]
    assert all(end <= word.start < word.end for end, word in zip(ends, words, strict=False))
    assert not any(char.isspace() for word in words for char in text[word.start : word.end])
    left = without(text, words)
    assert not any(char.isalnum() for char in left)


@given(TEXTS, st.integers(1, 200))
def test_every_number_of_an_explanation_can_be_had_again(text, max_words):
    (whole,) = scores_of([text])
    asked = []

    def score(texts):
        asked.extend(texts)
        return FakeBackend().score(texts).results

    found = explain(
        score,
        text,
        whole.scores,
        labels=[LABEL],
        max_words=max_words,
        passes=lambda scores: scores[LABEL] < 0.34,
    )
    words = split_words(text)
    assert [word for part in found.parts for word in part.words] == list(words[:max_words])
    assert found.unread == max(0, len(words) - max_words)
    assert len(asked) <= 2 * MOST_PARTS + 1 + 10
    for part in found.parts:
        taken_out, alone = scores_of([without(text, part.words), only(text, part.words)])
        assert part.without == taken_out.scores
        assert part.alone == alone.scores
        assert -1.0 <= found.weight(part, LABEL) <= 1.0
    if found.remedy:
        assert whole.scores[LABEL] >= 0.34
        assert len(found.remedy.words) <= 3
        (then,) = scores_of([without(text, found.remedy.words)])
        assert then.scores == found.remedy.scores
        assert then.scores[LABEL] < 0.34
