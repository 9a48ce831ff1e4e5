"""Teachers' scores: found by the digest of a text, mixed with what people said, and counted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from core.inference.text.form import readings
from core.moderation.cleaning import clean_text
from core.training.data.datasets import MODEL_LABELS, Example, example_of
from core.training.data.distilled_targets import distilled
from core.training.data.first_text_form import first_text_form
from core.training.data.learnt_rows import LearntRow, RowKind, learnt_rows
from core.training.data.teacher_scores import JoinCounts, join_scores, write_logits
from core.training.data.text_forms import key_of_first_form, network_text

UNKNOWN = (None,) * len(MODEL_LABELS)


def row(text: str, source: str = "cad_reddit", *targets: float | None) -> Example:
    return Example(text, targets or UNKNOWN, (text,), source, weight=0.5)


def labelled(text: str, source: str = "cad_reddit") -> LearntRow:
    return LearntRow(row(text, source, 1, None, None, None, 0), RowKind.LABELLED)


def written(path: Path, rows: Sequence[LearntRow], *logits: float) -> Path:
    """Teacher a says `logits`, one for each row, of every label; teacher b the opposite plus 2."""
    first = np.repeat(np.array(logits)[:, None], len(MODEL_LABELS), axis=1)
    write_logits(path, rows, [first, 2 - first])
    return path


def mean(logit: float) -> float:
    return float(np.mean(1 / (1 + np.exp([-logit, logit - 2]))))


def test_a_row_gets_the_mean_of_both_scores_not_of_their_logits(tmp_path: Path) -> None:
    rows = [labelled("one"), labelled("two")]
    found, counts = join_scores(written(tmp_path / "file", rows, 3.0, -1.0), rows, [])
    assert found[0] == pytest.approx([mean(3.0)] * 5, abs=1e-6)
    assert found[1] == pytest.approx([mean(-1.0)] * 5, abs=1e-6)
    assert abs(mean(3.0) - 1 / (1 + np.exp(-1.0))) > 0.05
    assert counts == JoinCounts(scored=2, unscored={}, unused=0, held_out=0)


def test_the_file_holds_no_text_and_the_same_scores_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [labelled("somebody"), labelled("two")]
    one, other = (written(tmp_path / name, rows, 3.0, -1.0).read_bytes() for name in "ab")
    assert one == other
    assert b"somebody" not in one


def test_scores_are_found_by_the_first_form_whatever_the_network_reads(tmp_path: Path) -> None:
    raw = example_of("<b>you</b> &amp; \U0001d41a", (1, *UNKNOWN[1:]), ("k",), "cad_reddit")
    scored = [LearntRow(raw, RowKind.LABELLED)]
    path = written(tmp_path / "file", scored, 3.0)
    newer = replace(raw, text="as a later form has it", other_form=raw.first_form)
    found, counts = join_scores(path, [LearntRow(newer, RowKind.LABELLED)], [])
    assert counts.scored == 1
    assert found[0] == pytest.approx([mean(3.0)] * 5, abs=1e-6)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("You &amp; <b>me</b> http://x.example/a", "5d2f5511bb0e0fc6e3dfeb111d85bf7c"),
        ("\U0001f480 skull, \U0001d41a letter, \u24d0", "63d58e42d7a4f20e7d4259b36cf4d696"),
        ("  blanks \n between ", "cba7f3c20b4788d83c301ea0022a91f9"),
    ],
)
def test_the_first_form_never_changes(raw: str, key: str) -> None:
    assert key_of_first_form(first_text_form(raw)) == key


def test_network_learns_from_what_scoring_reads() -> None:
    original = '<p title="x">\u24da\u24d8\u24db\u24db</p> &amp;lt; <b>you</b>'
    assert network_text(original) == readings(clean_text(original))[0] == "kill &lt; you"
    assert example_of(original, UNKNOWN, ("k",), "cad_reddit").text == "kill &lt; you"


def test_every_row_that_misses_or_is_left_over_is_counted(tmp_path: Path) -> None:
    known = [labelled(f"row {number}") for number in range(40)]
    path = written(tmp_path / "file", known, *[0.0] * 40)
    asked = [*known[:39], labelled("new", "own_examples")]
    found, counts = join_scores(path, asked, [row("row 3", "hatemoji_build"), row("other")])
    assert found[-1] is None
    assert counts == JoinCounts(39, {"own_examples": 1}, unused=1, held_out=1)
    assert counts.summary == (
        "teachers scored 39 of 40 rows; without scores: 1 of own_examples; 1 of their scores "
        "belong to no row; 1 of their texts are also held out"
    )


@pytest.mark.parametrize(
    "other",
    [
        LearntRow(row("one", "cad_reddit"), RowKind.UNLABELLED),
        LearntRow(row("one", "jigsaw_wiki", 1), RowKind.LABELLED),
        LearntRow(row("One", "cad_reddit", 1), RowKind.LABELLED),
    ],
    ids=["kind", "set", "text"],
)
def test_scores_of_other_rows_are_refused(tmp_path: Path, other: LearntRow) -> None:
    path = written(tmp_path / "file", [labelled("one")], 3.0)
    with pytest.raises(InvalidInput, match="of other data sets: teachers scored 0 of 1 rows"):
        join_scores(path, [other], [])


def test_equal_texts_of_one_set_take_their_scores_in_order(tmp_path: Path) -> None:
    rows = [labelled("one"), labelled("two"), labelled("one")]
    found, _ = join_scores(written(tmp_path / "file", rows, 3.0, 0.0, 4.0), rows, [])
    assert [scores and scores[0] for scores in found] == pytest.approx(
        [mean(3.0), mean(0.0), mean(4.0)], abs=1e-6
    )


SCORES = (0.5, 0.4, 0.3, 0.2, 0.1)


def test_people_keep_a_share_where_they_said_something() -> None:
    (found,) = distilled([labelled("a")], [SCORES], teacher_share=0.7)
    assert found.targets == pytest.approx((0.7 * 0.5 + 0.3, 0.4, 0.3, 0.2, 0.7 * 0.1))
    assert found.weight == 0.5


def test_the_teachers_alone_speak_of_what_no_person_labelled() -> None:
    nobody = LearntRow(row("a", "edos_sexism"), RowKind.UNLABELLED)
    machine = LearntRow(row("b", "jigsaw_detoxify_scored", *[0.9] * 5), RowKind.LABELLED)
    found = distilled([nobody, machine], [SCORES, SCORES], teacher_share=0.7)
    assert [each.targets for each in found] == [SCORES, SCORES]
    # The set's weight is that of its labels.
    assert [each.weight for each in found] == [1.0, 0.5]


def test_what_no_teacher_scored_keeps_its_labels() -> None:
    own = labelled("a", "hard_examples")
    assert distilled([own], [None], teacher_share=0.7) == [own.example]


def test_all_rows_are_learnt_and_hard_examples_are_not_respelt() -> None:
    toxic = [row(f"you wretched moron {n}", "own_examples", 1, 0, 0, 1, 0) for n in range(200)]
    hard = [row(f"you wretched villain {n}", "hard_examples", 1, 0, 0, 1, 0) for n in range(200)]
    nobody = row("nobody knows", "edos_sexism")
    found = learnt_rows([*hard, *toxic, nobody])
    kinds = {each.example.text: each.kind for each in found}
    copies = [each for each in found if each.kind is RowKind.DISGUISED]
    assert all(kinds[each.text] is RowKind.LABELLED for each in (*hard, *toxic))
    assert kinds["nobody knows"] is RowKind.UNLABELLED
    assert len(found) == 401 + len(copies)
    assert len(copies) > 10
    assert {each.example.source for each in copies} == {"own_examples"}
