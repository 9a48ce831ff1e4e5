"""Misspelled copies: the same targets, reproducible, of harmless and abusive rows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.data.datasets import Example
from core.training.data.disguise import charged_words, disguised_copies


def example(text: str, toxicity: float | None) -> Example:
    return Example(text, (toxicity, None, None, None, None), (text,), "made")


TOXIC = [example(f"you wretched moron number {n}", 1.0) for n in range(400)]
CLEAN = [example(f"thank you for the pleasant letter number {n}", 0.0) for n in range(400)]


def test_copies_keep_targets_keys_and_weight_and_change_the_text() -> None:
    rows = {(row.keys, row.targets, row.weight): row.text for row in [*TOXIC, *CLEAN]}
    copies = disguised_copies([*TOXIC, *CLEAN], seed=1)
    assert copies
    assert all(rows[copy.keys, copy.targets, copy.weight] != copy.text for copy in copies)


def test_harmless_text_is_disguised_too_and_less_often() -> None:
    toxicities = [copy.targets[0] for copy in disguised_copies([*TOXIC, *CLEAN], seed=1)]
    assert toxicities.count(1.0) > toxicities.count(0.0) > 0


def test_seed_fixes_the_copies() -> None:
    rows = [*TOXIC, *CLEAN]
    assert disguised_copies(rows, seed=3) == disguised_copies(rows, seed=3)
    assert disguised_copies(rows, seed=3) != disguised_copies(rows, seed=4)


@pytest.mark.parametrize("toxicity", [None, 0.3])
def test_uncertain_rows_get_no_disguised_copy(toxicity: float | None) -> None:
    unsure = [example(f"{row.text} again", toxicity) for row in TOXIC]
    assert disguised_copies(unsure, seed=1) == []


def test_charged_words_are_those_of_abuse() -> None:
    ranked = charged_words([*TOXIC, *CLEAN])
    assert {"wretched", "moron"} <= ranked
    assert not {"thank", "pleasant"} & ranked


@given(st.text(max_size=60), st.integers())
def test_any_text_can_be_met(text: str, seed: int) -> None:
    rows = [example(text, chance) for chance in (0.0, 1.0)] * 30
    assert all(copy.text != text for copy in disguised_copies(rows, seed=seed))


def test_choice_does_not_touch_the_global_generator() -> None:
    random.seed(5)
    expected = random.Random(5).random()
    disguised_copies(TOXIC, seed=1)
    assert random.random() == expected
