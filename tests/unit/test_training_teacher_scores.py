"""A teacher's scores: stored by digest of the text, and their use as targets."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.training.data.datasets import Example
from core.training.data.distillation_tasks import (
    DISTILLATION_TASKS,
    REDDIT,
    WIKIPEDIA,
    DistillationTask,
    task_of,
)
from core.training.data.teacher_scores import (
    TeacherScores,
    gather_scores,
    labelled,
    read_scores,
    with_teacher_scores,
)
from core.training.fitting.refining import refining_rows

ABOUT = {"base_model": "a large one", "base_sha256": "0" * 64}
UNKNOWN = (None, None, None, None, None)


def scores_of(**by_text: tuple[float, float]) -> TeacherScores:
    return gather_scores(REDDIT, list(by_text), list(by_text.values()), ABOUT)


def row(text: str, source: str, *targets: float | None) -> Example:
    return Example(text, targets or UNKNOWN, (text,), source)


def test_scores_are_found_again_by_their_text_to_three_places(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    scores_of(one=(0.12345, 1.0), two=(0.0, 0.5)).write(path)
    read = read_scores(REDDIT, path)
    assert (read.of("one"), read.of("two"), read.of("three")) == ((0.123, 1.0), (0.0, 0.5), None)
    assert read.about == ABOUT


def test_the_file_holds_no_text_and_is_the_same_for_the_same_scores(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    scores_of(first=(0.1, 0.2), second=(0.3, 0.4)).write(one)
    scores_of(second=(0.3, 0.4), first=(0.1, 0.2)).write(other)
    assert one.read_bytes() == other.read_bytes()
    assert b"first" not in one.read_bytes()


def test_of_the_set_it_learnt_only_what_the_teacher_says_is_learnt_again() -> None:
    (found,) = with_teacher_scores(
        [row("a", "cad_reddit", 1, None, 0, None, 0)], scores_of(a=(0.7, 0.1))
    )
    assert found.targets == (0.7, None, None, None, 0.1)


def test_teacher_scores_fill_unlabelled_rows_and_labels_by_people_remain() -> None:
    rows = [row("a", "edos_sexism", None, None, 0, None, 1), row("b", "edos_sexism")]
    found = with_teacher_scores(rows, scores_of(a=(0.1, 0.1), b=(0.2, 0.3)))
    assert found == [rows[0], replace(rows[1], targets=(0.2, None, None, None, 0.3), weight=1.0)]


@pytest.mark.parametrize("source", ["own_examples", "hard_examples"])
def test_the_projects_own_examples_refine_it_too_and_stand_as_they_are(source: str) -> None:
    own = row("a", source, 1, 0, 0, 0, 0)
    assert with_teacher_scores([own], scores_of(a=(0.1, 0.1))) == [own]


def test_other_sets_are_not_learnt_again() -> None:
    assert (
        with_teacher_scores([row("a", "jigsaw_wiki", 1, 0, 0, 0, 0)], scores_of(a=(0.1, 0.1))) == []
    )


def test_a_row_that_neither_people_nor_the_teacher_know_is_not_learnt() -> None:
    known = row("b", "cad_reddit", 1, None, None, None, 0)
    assert with_teacher_scores([row("a", "edos_sexism"), known], scores_of(c=(0.1, 0.1))) == [known]
    assert labelled([row("a", "edos_sexism"), known]) == [known]


def test_hard_examples_are_kept_for_the_refining() -> None:
    rows = [row("a", "own_examples", 1, 0, 0, 0, 0), row("b", "hard_examples", 1, 0, 0, 0, 0)]
    assert labelled(rows) == rows[:1]


def wikipedia(**by_text: float) -> TeacherScores:
    return gather_scores(WIKIPEDIA, list(by_text), [(each,) for each in by_text.values()], ABOUT)


def test_scores_of_one_label_leave_what_another_model_said_of_the_others() -> None:
    rows = [
        row("a", "jigsaw_wiki", 0, 0, 0, 0, 0),
        row("b", "jigsaw_detoxify_scored", 0.9, 0.8, 0.1, 0.5, 0.2),
        row("c", "cad_reddit", 1, None, None, None, 0),
        row("d", "own_examples", 1, 0, 0, 0, 0),
    ]
    found = with_teacher_scores(rows, wikipedia(a=0.7, b=0.3, c=0.1, d=0.1))
    assert [each.targets for each in found] == [
        (0.7, None, None, None, None),
        (0.3, 0.8, 0.1, 0.5, 0.2),
    ]


@pytest.mark.parametrize(
    ("task", "source", "targets", "speaks"),
    [
        (REDDIT, "cad_reddit", (1, 0, 0, 0, 0), True),
        (REDDIT, "edos_sexism", UNKNOWN, True),
        (REDDIT, "edos_sexism", (None, None, 0, None, 1), False),
        (REDDIT, "own_examples", (1, 0, 0, 0, 0), False),
        (REDDIT, "jigsaw_wiki", (1, 0, 0, 0, 0), False),
        (WIKIPEDIA, "jigsaw_wiki", (1, 0, 0, 0, 0), True),
        (WIKIPEDIA, "jigsaw_detoxify_scored", (0.5, 0.5, 0.5, 0.5, 0.5), True),
        (WIKIPEDIA, "cad_reddit", (1, 0, 0, 0, 0), False),
    ],
)
def test_a_teachers_scores_are_used_for_its_set_and_for_unlabelled_rows(
    task: DistillationTask, source: str, targets: tuple[float | None, ...], speaks: bool
) -> None:
    assert task.replaces_labels_of(row("a", source, *targets)) is speaks


def test_a_teachers_weight_applies_to_the_labels_and_sets_it_scores() -> None:
    wiki, own = row("a", "jigsaw_wiki", 1), row("b", "own_examples", 1)
    assert WIKIPEDIA.weights_for(wiki) == (0.5, 1.0, 1.0, 1.0, 1.0)
    unscored = row("d", WIKIPEDIA.scored)
    assert WIKIPEDIA.weights_for(unscored) == WIKIPEDIA.weights_for(wiki)
    assert WIKIPEDIA.weights_for(own) == REDDIT.weights_for(row("c", "cad_reddit", 1)) == (1.0,) * 5


def test_a_refining_takes_the_rows_of_its_lessons_and_of_the_sets_that_are_kept() -> None:
    rows = [
        row("a", "jigsaw_wiki", 1),
        row("b", "cad_reddit", 1),
        row("c", "davidson_tweets", 1, 0, 0, 1, 0),
        row("d", "hatemoji_build", 1),
    ]
    teachers = (scores_of(b=(0.7, 0.2)), wikipedia(a=0.9))
    found = refining_rows(rows, teachers, ("davidson_tweets",))
    assert [
        (each.text, each.targets, teacher_weight[0])
        for each, teacher_weight in zip(found.examples, found.teacher_weight, strict=True)
    ] == [
        ("b", (0.7, None, None, None, 0.2), 1.0),
        ("a", (0.9, None, None, None, None), 0.5),
        ("c", UNKNOWN, 1.0),
    ]
    alone = refining_rows(rows, (wikipedia(a=0.9),), ())
    assert [each.text for each in alone.examples] == ["a"]


def test_a_lesson_is_found_by_the_set_that_its_teacher_learnt() -> None:
    assert [task_of(each.learnt) for each in DISTILLATION_TASKS] == [REDDIT, WIKIPEDIA]


@pytest.mark.parametrize(("task", "weight"), [(REDDIT, 1.0), (WIKIPEDIA, 0.5)])
def test_an_unlabelled_row_has_the_same_weight_as_others(
    task: DistillationTask, weight: float
) -> None:
    given = UNKNOWN if task is REDDIT else (0.5,) * 5
    light = replace(row("a", task.scored, *given), weight=0.5)
    scores = gather_scores(task, ["a"], [(0.7,) * len(task.labels)], ABOUT)
    assert [each.weight for each in with_teacher_scores([light], scores)] == [weight]


@pytest.mark.parametrize(("task", "scored"), [(REDDIT, 25_000), (WIKIPEDIA, 16_000)])
def test_the_shipped_scores_say_whose_they_are_and_are_shares(
    task: DistillationTask, scored: int
) -> None:
    shipped = read_scores(task)
    assert shipped.about["base_model"] == "all-mpnet-base-v2"
    assert len(shipped.about["base_sha256"]) == 64
    assert len(shipped.by_text) > scored
    assert all(0 <= score <= 1 for scores in shipped.by_text.values() for score in scores)
