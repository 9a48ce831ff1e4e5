"""Rationales: held-out texts with the parts that people marked."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from core.benchmarks import rationales
from core.benchmarks.rationales import SETS, read_rationales
from core.errors import DataFileMismatch
from core.training.data.catalogue import CATALOGUE
from core.training.data.datasets import sha256_of
from core.training.data.split import side_of

KEYS = [f"key-{number}" for number in range(60)]
HELD_OUT = [key for key in KEYS if side_of(key) != "train"]
SPANS = "SELECT column0 AS norm_key, 'you ' || column0 AS text, 3 AS n_toxic_chars,"
SPANS += " '[[0, 3]]' AS span_ranges"
TOKENS = "SELECT column0 AS norm_key, '[\"you\", \"' || column0 || '\"]' AS post_tokens,"
TOKENS += " '[0, 1]' AS rationale_majority, 1 AS toxic, 2 AS n_rationales"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = []
    for name, select in zip(SETS, (SPANS, TOKENS), strict=True):
        data_set = next(each for each in CATALOGUE if each.name == name)
        path = tmp_path / data_set.file
        path.parent.mkdir()
        values = ", ".join(f"('{key}')" for key in KEYS)
        duckdb.sql(f"COPY ({select} FROM (VALUES {values}) t(column0)) TO '{path}'")
        made.append(replace(data_set, sha256=sha256_of(path)))
    monkeypatch.setattr(rationales, "CATALOGUE", made)
    return tmp_path


@pytest.mark.parametrize(("name", "marked"), [(SETS[0], "you"), (SETS[1], "key-")])
def test_only_held_out_texts_are_drawn_with_what_people_marked(
    folder: Path, name: str, marked: str
) -> None:
    found = read_rationales(folder, name, 100)
    assert 5 < len(HELD_OUT) < 30
    assert sorted(each.text.split()[1] for each in found) == sorted(HELD_OUT)
    for each in found:
        ((start, end),) = each.spans
        assert each.text[start:end].startswith(marked)
    assert read_rationales(folder, name, 3) == read_rationales(folder, name, 3)
    assert len(read_rationales(folder, name, 3)) == 3


def test_a_changed_file_is_refused(folder: Path) -> None:
    path = next(folder.glob("toxic_spans/*"))
    path.write_bytes(b"other")
    with pytest.raises(DataFileMismatch, match="toxic_spans"):
        read_rationales(folder, SETS[0], 3)
