"""Named data sets: refused if their content differs; unknown labels are masked."""

import string
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from core.errors import DataFileMismatch
from core.moderation.scores import Label
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, read_set, sets_for, sha256_of, verify_files
from core.training.data.own_examples import fill, own_examples
from core.training.evaluation.probes import ABUSIVE, BENIGN

BY_NAME = {each.name: each for each in CATALOGUE}


def write_set(folder: Path, name: str, select: str) -> DataSet:
    """The set of that name from the catalogue, with the rows of `select` as its file."""
    path = folder / BY_NAME[name].file
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return replace(BY_NAME[name], sha256=sha256_of(path))


def test_a_missing_file_and_a_changed_one_are_both_named(tmp_path: Path) -> None:
    jigsaw = write_set(tmp_path, "jigsaw_wiki", "SELECT 'a' AS text, 0 AS toxic, 'k' AS norm_key")
    changed = replace(jigsaw, sha256="0" * 64)
    with pytest.raises(DataFileMismatch) as caught:
        verify_files(tmp_path, [changed, BY_NAME["edos_sexism"]])
    assert "jigsaw_wiki/jigsaw_wiki.parquet differs" in str(caught.value)
    assert "edos_sexism/edos_sexism.parquet is missing" in str(caught.value)


def test_the_named_file_is_accepted(tmp_path: Path) -> None:
    jigsaw = write_set(tmp_path, "jigsaw_wiki", "SELECT 'a' AS text, 0 AS toxic, 'k' AS norm_key")
    verify_files(tmp_path, [jigsaw])


def test_clean_wiki_rows_are_clean_for_every_label_and_toxic_ones_only_toxic(
    tmp_path: Path,
) -> None:
    rows = "SELECT 'fine &amp; <b>good</b>' AS text, 0 AS toxic, 'k' AS norm_key"
    rows += " UNION ALL SELECT 'bad', 1, 'l' UNION ALL SELECT '  ', 0, 'm'"
    clean, toxic = read_set(tmp_path, write_set(tmp_path, "jigsaw_wiki", rows))
    assert clean.text == "fine & good"
    assert clean.targets == (0, 0, 0, 0, 0)
    assert toxic.targets == (1, None, None, None, None)


def test_sexist_rows_train_identity_attack_and_their_kind_says_threat_or_none(
    tmp_path: Path,
) -> None:
    rows = "SELECT 'a' AS text, 1 AS sexist, '2. derogation' AS label_category, 'k' AS norm_key"
    rows += " UNION ALL SELECT 'b', 1, '1. threats, plans to harm and incitement', 'l'"
    rows += " UNION ALL SELECT 'c', 0, 'none', 'm'"
    derogation, threat, other = read_set(tmp_path, write_set(tmp_path, "edos_sexism", rows))
    assert derogation.targets == (None, None, 0, None, 1)
    assert threat.targets == (None, None, 1, None, 1)
    assert other.targets == (None,) * len(MODEL_LABELS)


def test_hate_of_another_type_is_no_threat(tmp_path: Path) -> None:
    types = ["threateninglanguage", "derogation", "none"]
    rows = " UNION ALL ".join(
        f"SELECT '{kind}' AS text, {number} AS entry_id, {number} AS matched_id,"
        f" {int(kind != 'none')} AS toxic, '{kind}' AS type, '{kind}' AS norm_key"
        for number, kind in enumerate(types)
    )
    found = read_set(tmp_path, write_set(tmp_path, "hatemoji_build", rows))
    assert [each.targets for each in found] == [
        (1, None, 1, None, 1),
        (1, None, 0, None, 1),
        (0, None, 0, None, 0),
    ]


def test_hatemoji_pairs_share_a_key(tmp_path: Path) -> None:
    rows = "SELECT 'a' AS text, 4 AS entry_id, 5 AS matched_id, 1 AS toxic, 'none' AS type,"
    rows += " 'k' AS norm_key UNION ALL SELECT 'b', 5, 4, 0, 'none', 'l'"
    first, second = read_set(tmp_path, write_set(tmp_path, "hatemoji_build", rows))
    assert set(first.keys) & set(second.keys) == {"hatemoji-4"}


def test_rater_shares_become_soft_targets(tmp_path: Path) -> None:
    write_set(tmp_path, "toxic_spans", "SELECT 'a' AS text, 'k' AS norm_key")
    rows = "SELECT 'a' AS text, 4 AS n_raters, 1 AS raters_not_toxic, 2 AS raters_insult,"
    rows += " 0 AS raters_identity, 4 AS raters_threat, 1 AS raters_obscene, 'k' AS norm_key"
    (row,) = read_set(tmp_path, write_set(tmp_path, "toxic_spans_raw", rows))
    assert dict(zip(MODEL_LABELS, row.targets, strict=True)) == {
        Label.TOXICITY: 1,
        Label.OBSCENE: 0.25,
        Label.THREAT: 1,
        Label.INSULT: 0.5,
        Label.IDENTITY_ATTACK: 0,
    }


@pytest.mark.parametrize("data_set", CATALOGUE, ids=lambda each: each.name)
def test_every_named_set_says_licence_origin_and_reason(data_set: DataSet) -> None:
    assert len(data_set.sha256) == 64
    assert set(data_set.sha256) <= set(string.hexdigits.lower())
    assert data_set.licence
    assert data_set.origin
    assert data_set.why
    assert bool(data_set.query) is (data_set.use is not DataSetUse.LEFT_OUT)


def test_neither_share_alike_nor_bias_sets_train() -> None:
    names = {each.name for each in sets_for(DataSetUse.TRAIN)}
    assert names.isdisjoint({"vicomtech_stormfront", "identity_templates_dev"})
    for each in sets_for(DataSetUse.TRAIN):
        assert each.licence.startswith(("CC0", "MIT", "CC BY 4.0"))


def test_severe_toxicity_has_nothing_to_learn_from() -> None:
    assert Label.SEVERE_TOXICITY not in MODEL_LABELS


def test_templates_are_filled_with_every_combination() -> None:
    slots = {"a": ["1", "2"], "b": ["x", "y"]}
    assert list(fill("{a} {b}", slots)) == ["1 x", "1 y", "2 x", "2 y"]
    assert list(fill("plain", slots)) == ["plain"]


def test_own_examples_are_distinct_and_on_both_sides_of_every_label() -> None:
    examples = own_examples()
    assert len({each.text.casefold() for each in examples}) == len(examples)
    toxicity = {each.targets[0] for each in examples}
    assert toxicity == {0, 1}


def test_probe_sentences_are_not_among_the_own_examples() -> None:
    trained = {each.text.casefold() for each in own_examples()}
    assert trained.isdisjoint(text.casefold() for text in (*BENIGN, *ABUSIVE))
