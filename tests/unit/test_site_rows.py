"""A site's labelled rows: what is read, and what each wrong file is told."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InvalidInput
from core.training.data.datasets import MODEL_LABELS
from core.training.site.rows import read_site_file

HEAD = "text,threat,insult,weight,group\n"


def csv(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(head + "".join(f"{line}\n" for line in lines))
    return path


def targets(threat: float | None, insult: float | None) -> tuple[float | None, ...]:
    given = {"threat": threat, "insult": insult}
    return tuple(given.get(label) for label in MODEL_LABELS)


def test_cells_of_a_csv_are_read_as_people_write_them(tmp_path: Path) -> None:
    path = csv(tmp_path, "one,1,0.25,,", "two,TRUE,no,2.5,17", "three,,NULL,1,thread a")
    one, two, three = read_site_file(path).rows
    assert (one.text, one.targets, one.weight, one.group) == ("one", targets(1, 0.25), 1.0, None)
    assert (two.targets, two.weight, two.group) == (targets(1, 0), 2.5, "17")
    assert (three.targets, three.group, three.has_label) == (targets(None, None), "thread a", False)
    assert three.where == "labels.csv, line 4"


def test_a_parquet_file_gives_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    duckdb.sql(
        "COPY (SELECT * FROM (VALUES ('one', true, 0.25::FLOAT, NULL, 17), "
        "('two', NULL, 'nan'::FLOAT, 3, NULL)) t(text, threat, insult, weight, \"group\")) "
        f"TO '{path}'"
    )
    one, two = read_site_file(path).rows
    assert (one.targets, one.weight, one.group) == (targets(1, 0.25), 1.0, "17")
    assert (two.targets, two.weight, two.group) == (targets(None, None), 3.0, None)
    assert two.where == "labels.parquet, row 2"


def test_text_is_what_people_read_of_it(tmp_path: Path) -> None:
    row = read_site_file(csv(tmp_path, "you &amp; <b>me</b>,1,0,,")).rows[0]
    assert row.text == "you & me"


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = csv(tmp_path, "one,1,7,x", head="text,insult,severe_toxicity,insullt\n")
    assert read_site_file(path).unread == ("severe_toxicity", "insullt")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("one,2,0,,", "line 3: `threat` is a number outside 0 to 1"),
        ("one,-0.1,0,,", "line 3: `threat` is a number outside 0 to 1"),
        ("one,1,maybe,,", "line 3: `insult` is text, not a share from 0 to 1"),
        ('one,1,"0,5",,', "line 3: `insult` is text, not a share from 0 to 1"),
        ("one,1,inf,,", "line 3: `insult` is text, not a share"),
        ("one,1,0,0,", "line 3: `weight` is a number that is not a number above 0"),
        ("one,1,0,-1,", "line 3: `weight` is a number that is not"),
        ("one,1,0,2e6,", "line 3: `weight` is a number that is not"),
        ("one,1,0,heavy,", "line 3: `weight` is text, not a number above 0"),
        (",1,0,,", "line 3: `text`: the text is empty"),
        ("<br>,1,0,,", "line 3: `text` has nothing to read"),
        ("x" * 50_001 + ",1,0,,", "line 3: `text`: the text has 50,001 characters"),
        ("one,1,0", "line 3: 3 cells in a table of 5 columns"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=f"labels.csv, {message}"):
        read_site_file(csv(tmp_path, "fine,1,0,,", line))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("text", "7", "`text` is a number, not text"),
        ("text", "NULL::VARCHAR", "`text` is null, not text"),
        ("insult", "[1]", "`insult` is a list, not a share"),
        ("insult", "'inf'::DOUBLE", "`insult` is a number, not a share"),
        ("weight", "true", "`weight` is true or false, not a number above 0"),
        ('"group"', "1.5::DOUBLE", "`group` is a number, not text or a whole number"),
        ('"group"', "true", "`group` is true or false, not text"),
    ],
)
def test_a_wrong_value_of_a_parquet_file_is_named(
    tmp_path: Path, column: str, value: str, message: str
) -> None:
    cells = {"text": "'one'", "insult": "1"} | {column: value}
    path = tmp_path / "labels.parquet"
    columns = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
    duckdb.sql(f"COPY (SELECT {columns}) TO '{path}'")
    with pytest.raises(InvalidInput, match=f"labels.parquet, row 1: {message}"):
        read_site_file(path)


def test_five_wrong_rows_are_named_and_the_others_counted(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_site_file(csv(tmp_path, *["one,3,0,,"] * 7))
    assert str(caught.value).count("labels.csv, line") == 5
    assert str(caught.value).endswith("; and 2 more rows")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("comment,insult\n", "has no column `text`; its columns are `comment`, `insult`"),
        ("text,Insult\n", "has no column with labels, which are `toxicity`"),
        ("text,insult,insult\n", "two columns named 'insult'"),
    ],
)
def test_wrong_columns_are_named(tmp_path: Path, head: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_site_file(csv(tmp_path, "one,1", head=head))


def test_a_column_that_a_parquet_file_has_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    columns = [pa.array(["one"]), pa.array([1.0]), pa.array([0.0])]
    pq.write_table(pa.table(columns, names=["text", "insult", "insult"]), path)
    with pytest.raises(InvalidInput, match="has more than one column `insult`"):
        read_site_file(path)


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"text": "one", "insult": 1}\n')
    with pytest.raises(InvalidInput, match=r"are read from \.parquet, \.csv and \.tsv"):
        read_site_file(path)
