"""A teacher's scores: kept by digest of the text, put where people's labels leave room."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.training.datasets import Example
from core.training.teacher_scores import TeacherScores, gather_scores, labelled, read_scores, taught

ABOUT = {"base_model": "a large one", "base_sha256": "0" * 64}
UNKNOWN = (None, None, None, None, None)


def scores_of(**by_text: tuple[float, float]) -> TeacherScores:
    return gather_scores(list(by_text), list(by_text.values()), ABOUT)


def row(text: str, source: str, *targets: float | None) -> Example:
    return Example(text, targets or UNKNOWN, (text,), source)


def test_scores_are_found_again_by_their_text_to_three_places(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    scores_of(one=(0.12345, 1.0), two=(0.0, 0.5)).write(path)
    read = read_scores(path)
    assert (read.of("one"), read.of("two"), read.of("three")) == ((0.123, 1.0), (0.0, 0.5), None)
    assert read.about == ABOUT


def test_the_file_holds_no_text_and_is_the_same_for_the_same_scores(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    scores_of(first=(0.1, 0.2), second=(0.3, 0.4)).write(one)
    scores_of(second=(0.3, 0.4), first=(0.1, 0.2)).write(other)
    assert one.read_bytes() == other.read_bytes()
    assert b"first" not in one.read_bytes()


def test_labels_given_in_a_thread_are_softened_but_for_what_the_teacher_does_not_know() -> None:
    (found,) = taught([row("a", "cad_reddit", 1, None, 0, None, 0)], scores_of(a=(0.7, 0.1)))
    assert found.targets == (0.7, None, 0, None, 0.1)


def test_the_teacher_speaks_where_nobody_did_and_people_keep_their_say() -> None:
    rows = [row("a", "edos_sexism", None, None, 0, None, 1), row("b", "edos_sexism")]
    found = taught(rows, scores_of(a=(0.1, 0.1), b=(0.2, 0.3)))
    assert found == [rows[0], replace(rows[1], targets=(0.2, None, None, None, 0.3), weight=1.0)]


@pytest.mark.parametrize("source", ["own_examples", "hard_examples"])
def test_the_projects_own_examples_refine_it_too_and_stand_as_they_are(source: str) -> None:
    own = row("a", source, 1, 0, 0, 0, 0)
    assert taught([own], scores_of(a=(0.1, 0.1))) == [own]


def test_other_sets_are_not_learnt_again() -> None:
    assert taught([row("a", "jigsaw_wiki", 1, 0, 0, 0, 0)], scores_of(a=(0.1, 0.1))) == []


def test_a_row_that_neither_people_nor_the_teacher_know_is_not_learnt() -> None:
    known = row("b", "cad_reddit", 1, None, None, None, 0)
    assert taught([row("a", "edos_sexism"), known], scores_of(c=(0.1, 0.1))) == [known]
    assert labelled([row("a", "edos_sexism"), known]) == [known]


def test_hard_examples_are_kept_for_the_refining() -> None:
    rows = [row("a", "own_examples", 1, 0, 0, 0, 0), row("b", "hard_examples", 1, 0, 0, 0, 0)]
    assert labelled(rows) == rows[:1]


def test_the_shipped_scores_say_whose_they_are_and_are_shares() -> None:
    shipped = read_scores()
    assert shipped.about["base_model"] == "all-mpnet-base-v2"
    assert len(shipped.about["base_sha256"]) == 64
    assert len(shipped.by_text) > 25_000
    assert all(0 <= score <= 1 for scores in shipped.by_text.values() for score in scores)
