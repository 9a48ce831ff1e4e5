"""The functional suite: its size, no overlap with training texts, and its evaluation."""

import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pytest

from core.training.data.datasets import MODEL_LABELS
from core.training.data.own_examples import HARD_SOURCE, own_examples
from core.training.evaluation.functional import (
    Expected,
    function_results,
    read_suite,
    suite_examples,
    together,
)
from core.training.evaluation.probes import ABUSIVE, BENIGN
from core.training.evaluation.scoring import ScoredRows, targets_of

pytestmark = pytest.mark.training

SUITE = read_suite()
CASES = [case for function in SUITE for case in function.cases]
ALIKE = 0.75
"""Share of common words (of all words of both) from which two sentences count as the same."""

RUN = 5
"""Words one after the other that two sentences may not share."""


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def runs(text: str) -> set[tuple[str, ...]]:
    said = re.findall(r"[\w']+", text.casefold())
    return {tuple(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text.casefold())


class Known:
    """Sentences that can be looked up by similar ones."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = sorted(set(texts))
        self._bags = [words(text) for text in self._texts]
        self._letters = {letters(text): text for text in self._texts}
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for number, bag in enumerate(self._bags):
            for word in bag:
                self._by_word[word].add(number)

    def like(self, text: str) -> list[str]:
        """Sentences with the same letters, or that share at least ALIKE of all words."""
        mine, same = words(text), self._letters.get(letters(text))
        close = set().union(*(self._by_word.get(word, set()) for word in mine))
        near = [n for n in close if len(mine & self._bags[n]) / len(mine | self._bags[n]) >= ALIKE]
        return [self._texts[number] for number in sorted(near)] + ([same] if same else [])


def test_it_is_large_enough_and_says_everything_once() -> None:
    assert len(SUITE) >= 20
    assert min(len(function.cases) for function in SUITE) >= 15
    assert len({function.name for function in SUITE}) == len(SUITE)
    assert len({letters(case) for case in CASES}) == len(CASES)
    assert {function.expected for function in SUITE} == set(Expected)


def test_no_case_is_nearly_a_training_example_or_a_probe() -> None:
    known = Known([*(example.text for example in own_examples()), *BENIGN, *ABUSIVE])
    as_read = [example.text for example in suite_examples(SUITE)]
    found = {text: alike for text in (*CASES, *as_read) if (alike := known.like(text))}
    assert not found


def test_hard_examples_borrow_no_phrase_of_the_suite() -> None:
    """The hard examples were written knowing which functions failed, so none may repeat a phrase of
    the suite."""
    hard = [row.text for row in own_examples() if row.source == HARD_SOURCE]
    phrases = {run: text for text in hard for run in runs(text)}
    shared = {case: phrases[run] for case in CASES for run in runs(case) if run in phrases}
    assert not shared
    within = [(case, text) for case in CASES for text in hard if words(case) <= words(text)]
    assert not [each for each in within if words(each[0])]


@pytest.mark.parametrize(
    "copy", ["You are SUCH an idiot!", "you are such an id iot", "such an idiot you are, Dan"]
)
def test_a_near_copy_would_be_found(copy: str) -> None:
    assert Known(["you are such an idiot", "you are a dog"]).like(copy) == ["you are such an idiot"]


def scored(scores: np.ndarray) -> ScoredRows:
    examples = tuple(suite_examples(SUITE))
    return ScoredRows(examples, targets_of(examples), scores)


def test_a_model_that_holds_everything_passes_abuse_alone() -> None:
    holds = dict.fromkeys(MODEL_LABELS, 0.5)
    results = function_results(SUITE, scored(np.full((len(CASES), 5), 0.5)), holds)
    assert {each.passed.value for each in results if each.expected == "abusive"} == {1.0}
    assert {each.passed.value for each in results if each.expected == "fine"} == {0.0}
    assert together(results, Expected.ABUSIVE).value == 1.0
    assert together(results, Expected.FINE).count == 0


def test_another_label_over_its_edge_counts_for_the_policy_only() -> None:
    holds = dict.fromkeys(MODEL_LABELS, 0.5)
    scores = np.zeros((len(CASES), 5))
    scores[:, 3] = 0.9
    results = function_results(SUITE, scored(scores), holds)
    abusive = [each for each in results if each.expected == "abusive"]
    assert {each.passed.value for each in abusive} == {0.0}
    assert {each.any_label.value for each in abusive} == {1.0}


def test_each_function_is_judged_by_its_own_cases() -> None:
    holds = dict.fromkeys(MODEL_LABELS, 0.5)
    targets = np.array([example.targets[0] for example in suite_examples(SUITE)], dtype=float)
    scores = np.repeat(targets[:, None], 5, axis=1)
    first = len(SUITE[0].cases)
    scores[first : first + 3] = 1 - scores[first : first + 3]
    results = function_results(SUITE, scored(scores), holds)
    assert results[1].passed.count == len(SUITE[1].cases) - 3
    assert [each.name for each in results if each.passed.value < 1] == [SUITE[1].name]
    assert results[0].passed.rows == pytest.approx(len(SUITE[0].cases))
