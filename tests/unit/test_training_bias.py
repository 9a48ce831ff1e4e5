"""Identity terms in sentences, and measures that detect a term that shifts scores."""

import numpy as np
import pytest

from core.training.data.datasets import Example
from core.training.evaluation.bias import measure_bias, power_mean, template_of, terms_in
from core.training.evaluation.scoring import ScoredRows, targets_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Being African American and gay is fine", {"african american", "gay"}),
        ("Being african and american is fine", {"african", "american"}),
        ("You are a kind older man", {"older"}),
        ("A transgender person", {"transgender"}),
        ("The oldest translation", set()),
    ],
)
def test_the_longest_term_counts_and_only_whole_words(text: str, terms: set[str]) -> None:
    assert terms_in(text) == terms


def test_sentences_of_one_template_differ_in_their_terms_alone() -> None:
    assert template_of("You are a nice deaf man") == template_of("You are a nice middle aged man")
    assert template_of("You are a nice deaf man") != template_of("You are a kind deaf man")


def shifted(term: str, by: float) -> ScoredRows:
    """Clean and abusive sentences about three terms; one of them shifts the score."""
    examples, scores = [], []
    for number in range(40):
        for name in ("muslim", "deaf", "gay"):
            for abusive in (0.0, 1.0):
                text = f"sentence {number} about a {name} person"
                targets = (abusive, None, None, None, None)
                examples.append(Example(text, targets, (f"{text}{abusive}",), "templates"))
                scores.append(0.3 + 0.3 * abusive + 0.004 * number + by * (name == term))
    column = np.repeat(np.array([scores]).T, 5, axis=1)
    return ScoredRows(tuple(examples), targets_of(examples), column)


def test_a_term_that_raises_scores_lowers_its_bpsn_alone() -> None:
    found = {each.term: each for each in measure_bias(shifted("gay", 0.3), hold=0.62).terms}
    assert set(found) == {"muslim", "deaf", "gay"}
    gay, deaf = found["gay"], found["deaf"]
    assert gay.subgroup
    assert gay.bpsn
    assert gay.bnsp
    assert deaf.bpsn
    assert gay.subgroup.value == 1.0
    assert gay.bpsn.value < 0.7 < deaf.bpsn.value
    assert gay.bnsp.value == 1.0
    assert gay.held.count > 0 == deaf.held.count
    assert (gay.rows, gay.positives) == (80, 40)


def test_a_term_that_lowers_scores_lowers_its_bnsp() -> None:
    report = measure_bias(shifted("deaf", -0.3), hold=0.62)
    deaf = next(each for each in report.terms if each.term == "deaf")
    assert deaf.bnsp
    assert deaf.bpsn
    assert deaf.bnsp.value < 0.7
    assert deaf.bpsn.value == 1.0
    assert report.bnsp_mean is not None
    assert report.bnsp_mean < 0.9
    assert report.templates == 40


def test_the_power_mean_leans_to_the_worst() -> None:
    assert power_mean([0.9, 0.9]) == pytest.approx(0.9)
    low = power_mean([0.5, 0.9, 0.9])
    assert low is not None
    assert 0.5 < low < (0.5 + 0.9 + 0.9) / 3
    assert power_mean([]) is None
    assert power_mean([0.0, 1.0]) == 0.0
