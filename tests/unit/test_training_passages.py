"""Rows for the windows of long texts: short rows between harmless ones, and ends of long ones."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.own_examples import OWN_SOURCE
from core.training.data.passages import last_passages, surrounded_copies

SEED = 7
LONGEST = 450


def row(text: str, score: float, *, source: str = "wiki", **changes: float) -> Example:
    targets: list[float | None] = [score, *[0.0] * (len(MODEL_LABELS) - 1)]
    for label, value in changes.items():
        targets[MODEL_LABELS.index(label)] = value  # type: ignore[arg-type]
    return Example(text, tuple(targets), (text,), source)


HARMLESS = [
    row(f"thanks for fixing paragraph {n} of the page about trains", 0.01) for n in range(50)
]
ABUSIVE = [row(f"you are an idiot of kind {n}", 0.95, insult=0.9) for n in range(400)]


def parts_of(copy: Example, rows: Sequence[Example]) -> list[Example]:
    return [each for each in rows if each.text in copy.text]


def test_a_copy_holds_its_row_whole_among_harmless_ones_and_keeps_its_targets() -> None:
    copies = [
        copy for copy in surrounded_copies(HARMLESS + ABUSIVE, seed=SEED) if copy.targets[0] == 0.95
    ]
    assert len(copies) > 10
    for copy in copies:
        assert len(parts_of(copy, ABUSIVE)) >= 1
        assert any(each.text in copy.text for each in HARMLESS)
        assert copy.targets == ABUSIVE[0].targets
        assert len(copy.text) <= LONGEST
    places = {copy.text.index("you are an idiot") > 0 for copy in copies}
    assert places == {True, False}, "before its row as well as after it"


def test_the_targets_are_the_highest_of_the_parts() -> None:
    fillers = [row("what a nice day it is here", 0.05, threat=0.09)]
    copies = surrounded_copies([*fillers, *ABUSIVE], seed=SEED)
    threat = MODEL_LABELS.index("threat")  # type: ignore[arg-type]
    assert {copy.targets[threat] for copy in copies} == {0.09}


def test_harmless_rows_are_copied_about_as_often_as_abusive_ones() -> None:
    rows = [row(f"thanks for paragraph {n}", 0.01) for n in range(2_000)]
    rows += [row(f"you are an idiot of kind {n}", 0.95) for n in range(2_000)]
    copies = surrounded_copies(rows, seed=SEED)
    abusive = sum(copy.targets[0] == 0.95 for copy in copies)
    assert 0.3 < abusive / len(copies) < 0.6


@pytest.mark.parametrize(
    ("text", "score"), [("you are an idiot", 0.4), ("you are an idiot. " * 20, 0.95)]
)
def test_what_is_unsure_or_long_already_is_not_copied(text: str, score: float) -> None:
    rows = [row(text, score, source=f"set {n}") for n in range(300)]
    copies = surrounded_copies(HARMLESS + rows, seed=SEED)
    assert all("idiot" not in copy.text for copy in copies)


def test_templates_of_the_project_are_no_surroundings() -> None:
    own = [row("have a nice day", 0.0, source=OWN_SOURCE)]
    assert surrounded_copies([*own, *ABUSIVE], seed=SEED) == []


def test_the_seed_decides() -> None:
    rows = HARMLESS + ABUSIVE
    first, again, other = (surrounded_copies(rows, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


@given(st.integers(0, 1_500), st.sampled_from([0.05, 0.5, 0.95]))
def test_only_ends_of_long_harmless_rows_are_rows_of_their_own(length: int, score: float) -> None:
    text = ("word " * 300)[:length]
    (found,) = last_passages([row(text, score)]) or [None]
    if length < 600 or score > 0.1:
        assert found is None
    else:
        assert found is not None
        assert text.endswith(found.text)
        assert len(found.text) <= LONGEST
        assert text[: -len(found.text)].endswith(" "), "it begins with a whole word"
