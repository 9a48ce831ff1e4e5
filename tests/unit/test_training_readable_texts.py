"""What is measured has all the readings that serving makes of a text."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from core.inference.text.form import readings
from core.moderation.cleaning import clean_text
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import Example, read_set, sha256_of
from core.training.evaluation.readable_texts import ReadableTexts

pytestmark = pytest.mark.training

QUERY = """SELECT text, [text] AS keys, 1.0 AS weight, 0 AS toxicity, NULL AS obscene,
 NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{tiny}'"""
ORIGINALS = (
    "a plain comment",
    "<p>of two</p><p>blocks &amp; more</p>",
    '<img alt="hidden words"> seen words',
    "see List<int> here",
    "drawn\u2800blank",
    "уоu аrе",
    "https://example.org/a-nice-page",
    "<br>",
)


@pytest.fixture
def tiny(tmp_path: Path) -> DataSet:
    (tmp_path / "tiny").mkdir()
    path = tmp_path / "tiny" / "tiny.parquet"
    texts = ", ".join(f"('{text}')" for text in ORIGINALS)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {texts}) t(text)) TO '{path}'")
    return DataSet("tiny", sha256_of(path), "CC0 1.0", "here", DataSetUse.TRAIN, "a test", QUERY)


def test_every_row_gets_the_readings_of_its_original(tiny: DataSet, tmp_path: Path) -> None:
    rows = read_set(tmp_path, tiny, [tiny])
    found = ReadableTexts(tmp_path, [tiny]).of(rows)
    expected = [readings(clean_text(text)) for text in ORIGINALS[:-1]]
    assert [readings(text) for text in found] == expected
    assert max(map(len, expected)) > 1
    # The row alone would not tell.
    assert [readings(row.text) for row in rows] != expected


def test_rows_of_other_sources_stay_as_they_are(tiny: DataSet, tmp_path: Path) -> None:
    rows = [replace(row, source="elsewhere") for row in read_set(tmp_path, tiny, [tiny])]
    assert ReadableTexts(tmp_path, [tiny]).of(rows) == [row.text for row in rows]


def test_sets_that_are_left_out_are_not_read(tiny: DataSet, tmp_path: Path) -> None:
    missing = replace(tiny, name="gone", use=DataSetUse.LEFT_OUT)
    row = Example("a plain comment", (None,) * 5, ("k",), "gone")
    assert ReadableTexts(tmp_path, [tiny, missing]).of([row]) == ["a plain comment"]
