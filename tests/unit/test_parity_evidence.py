"""The further calls of a diagnosis, and what they show."""

import pytest

from core.parity.causes import Cause, Finding
from core.parity.diagnosis import diagnose
from core.parity.evidence import ALONE_TEXTS, CUT_TEXTS, CUT_WORDS, gather_evidence
from core.parity.tables import score_table
from tests.parity_backends import ModelBackend, comments, gentler, sigmoid, softmax

TEXTS = comments(200)


def told(reference: ModelBackend, other: ModelBackend) -> tuple[Finding, int, int]:
    """The finding, and the number of further texts sent to each backend."""
    mine, theirs = score_table(reference, TEXTS), score_table(other, TEXTS)
    reference.asked.clear()
    other.asked.clear()
    evidence = gather_evidence(TEXTS, (reference, mine), (other, theirs), lambda words: None)
    more = [sum(map(len, backend.asked)) for backend in (reference, other)]
    return diagnose(mine, theirs, evidence), more[0], more[1]


def test_backends_that_agree_are_asked_nothing_more() -> None:
    found, *more = told(ModelBackend(), ModelBackend())
    assert (found.cause, more) == (Cause.SAME, [0, 0])


def test_difference_that_explains_itself_is_asked_nothing_more() -> None:
    found, *more = told(ModelBackend(), ModelBackend(activate=softmax))
    assert (found.cause, more) == (Cause.SOFTMAX, [0, 0])


def test_texts_alone_show_that_a_batch_is_taken_for_pairs() -> None:
    other = ModelBackend(in_pairs=True)
    found, _, alone = told(ModelBackend(), other)
    assert found.cause is Cause.PAIRS
    assert alone == ALONE_TEXTS
    assert {len(texts) for texts in other.asked} == {1}


@pytest.mark.parametrize("reads", [23, 30, 45])
def test_cut_texts_show_how_many_words_are_read(reads: int) -> None:
    found, cut, _ = told(ModelBackend(), ModelBackend(reads=reads))
    assert found.cause is Cause.TRUNCATION
    said = int("".join(filter(str.isdigit, found.words)))
    assert reads / 1.25 <= said <= reads * 1.25
    assert cut <= CUT_TEXTS * (len(CUT_WORDS) + 6)


def test_few_long_comments_are_not_lost_in_the_mean_of_many() -> None:
    short = [" ".join(text.split()[:12]) for text in TEXTS[:150]]
    texts = [*dict.fromkeys(short), *TEXTS[150:165]]
    reference, other = ModelBackend(), ModelBackend(reads=23)
    mine, theirs = score_table(reference, texts), score_table(other, texts)
    evidence = gather_evidence(texts, (reference, mine), (other, theirs), lambda words: None)
    assert diagnose(mine, theirs, evidence).cause is Cause.TRUNCATION


def test_another_revision_is_not_taken_for_a_cut_and_costs_no_call_to_the_reference() -> None:
    found, cut, _ = told(ModelBackend(), ModelBackend(activate=gentler))
    assert (found.cause, cut) == (Cause.REVISION, 0)


def test_large_noise_on_a_few_comments_is_reported() -> None:
    def shaken(logits: dict) -> dict:
        total = sum(logits.values())
        return sigmoid({label: value + (total % 1 > 0.97) for label, value in logits.items()})

    found, *_ = told(ModelBackend(), ModelBackend(activate=shaken))
    assert found.cause is Cause.SAME
    assert "differ by more than 0.1" in found.words
