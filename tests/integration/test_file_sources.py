"""Files of comments: which rows are read or rejected, with an item for every row."""

import csv
import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import UnreadableFile
from core.moderation.comments import IncomingComment, IncomingThread
from core.sources.base import Skipped
from core.sources.bundled import sample_source
from core.sources.files.source import FileSource
from tests.integration.source_files import READ_AT, kept_ids, messages, read, written


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("name", ["c.jsonl", "c.ndjson", "c.jsonl.gz", "c.json", "C.JSONL"])
def test_each_wrong_line_is_rejected_by_number_and_the_others_kept(
    tmp_path: Path, name: str
) -> None:
    lines = [
        b'{"id": 1, "text": "first"}\r',
        b"",
        b'{"id": 2, "text": "secret',
        b'{"id": 3, "text": "secret \\ud800"}',
        b'{"id": 4, "text": "secret \\u0000"}',
        b'{"id": 5, "text": "secret \x00"}',
        b'{"id": 6, "text": 6}',
        b'{"id": 7, "text": "' + b"x" * 1_000_000 + b'"}',
        b'{"id": 8, "text": "secret \xff"}',
        b'{"id": 9, "text": NaN}',
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b', "text": "secret"}',
        b"null",
        b'{"id": 10, "text": "caf\xc3\xa9, \\"quoted\\""}',
    ]
    items = read(written(tmp_path / name, b"\n".join(lines)))
    assert len(items) == 13  # all lines but the blank one
    assert kept_ids(items) == ["1", "10"]
    assert messages(items) == [
        f"{name}, line 3: not valid JSON",
        f"{name}, line 4: the text holds a lone surrogate, which is not valid Unicode",
        f"{name}, line 5: the text holds a NUL character",
        f"{name}, line 6: not valid JSON",
        f"{name}, line 7: `text` is a number, not text",
        f"{name}, line 8: the text has 1,000,000 characters; at most 50,000 are taken",
        f"{name}, line 9: not UTF-8",
        f"{name}, line 10: not valid JSON",
        f"{name}, line 11: not valid JSON",
        f"{name}, line 12: not valid JSON",
    ]
    assert Skipped(f"{name}, line 13", "no such item") in items


def test_a_byte_order_mark_and_mixed_line_ends_change_nothing(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"id": 1, "text": "a"}\n\r\n{"id": 2, "text": "b"}\r\n{"id": 3'
    items = read(written(tmp_path / "c.jsonl", content))
    assert kept_ids(items) == ["1", "2"]
    assert messages(items) == ["c.jsonl, line 4: not valid JSON"]


def test_an_array_is_read_entry_by_entry(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"é {n}" * 50} for n in range(1, 3000)]
    items = read(written(tmp_path / "c.json", "\n" + json.dumps(rows, indent=1)))
    assert kept_ids(items) == [str(n) for n in range(1, 3000)]
    assert read(written(tmp_path / "none.json", " [ ] ")) == []


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ('[{"id": 1, "text": "a"}, {"id": 2]', 1),
        ('[{"id": 1, "text": "a"}', 0),
        ('[{"id": 1, "text": "a"},', 1),
        ('[{"id": 1, "text": "a"},]', 1),
        ('[{"id": 1, "text": "a"}] {}', 1),
        ("[] x", 0),
    ],
)
def test_a_broken_array_says_where_it_ends(tmp_path: Path, content: str, count: int) -> None:
    items = read(written(tmp_path / "c.json", content))
    assert len(kept_ids(items)) == count
    assert messages(items) == [
        f"c.json, entry {count + 1}: not valid JSON; nothing from here on could be read"
    ]


def test_a_csv_keeps_quoted_lines_and_counts_by_line(tmp_path: Path) -> None:
    content = (
        b"\xef\xbb\xbfid, text,author,created_at,parent_id,extra\r\n"
        b'1,"one\r\ntwo, ""three""\n",ann,2026-01-31T12:00:00Z,t,x\r\n'
        b"\r\n"
        b"2,short\r\n"
        b"3,secret \xff,,,,\r\n"
        b'4,"secret" tail,,,,\r\n'
        b"5,secret \x00,,,,\r\n"
        b"6," + b"x" * 1_000_000 + b",,,,\r\n"
        b"7,fine,,1314223527,,\r\n"
        b"8,,,,,\r\n"
        b'9,ok,,,,"never closed\n10,secret,,,,\n'
    )
    items = read(written(tmp_path / "c.csv", content))
    assert items[0] == IncomingComment(
        "site", "1", 'one\r\ntwo, "three"\n', "ann", datetime(2026, 1, 31, 12, tzinfo=UTC), "t"
    )
    assert kept_ids(items) == ["1", "7"]
    assert Skipped("c.csv, line 12", "no text") in items
    assert [message.split(":")[0] for message in messages(items)] == [
        "c.csv, line 6",
        "c.csv, line 7",
        "c.csv, line 8",
        "c.csv, line 9",
        "c.csv, line 10",
        "c.csv, lines 13 to 14",
    ]
    assert "secret" not in "".join(messages(items))


def test_tables_of_hacker_news_rows_are_known_by_their_columns(tmp_path: Path) -> None:
    rows = "id\ttype\tby\ttime\ttext\tparent\tdead\n7\tcomment\tpg\t1314223527\thi\t3\t\n"
    (item,) = read(written(tmp_path / "c.tsv.gz", rows + ""))
    assert isinstance(item, IncomingComment)
    assert (item.source, item.source_id, item.parent_source_id) == ("hackernews", "7", "3")
    assert item.created_at == datetime(2011, 8, 24, 22, 5, 27, tzinfo=UTC)


def test_algolia_hits_name_their_story_once(tmp_path: Path) -> None:
    hit = {"comment_text": "hi", "author": "a", "created_at_i": 1314223527, "parent_id": 3}
    story = {"story_id": 3, "story_title": "Story", "_tags": ["comment"]}
    lines = [json.dumps(hit | story | {"objectID": str(n)}) for n in (4, 5)]
    items = read(written(tmp_path / "c.jsonl", "\n".join(lines)))
    assert [type(item) for item in items] == [IncomingThread, IncomingComment, IncomingComment]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("c.jsonl", b"", "c.jsonl is empty"),
        ("c.jsonl", b"\n \n", "c.jsonl is empty"),
        ("c.jsonl.gz", b"", "c.jsonl.gz is empty"),
        ("c.csv", b"", "c.csv is empty"),
        ("c.csv", b"name;body\n", "has the columns `name;body`; needed are `id` and `text`"),
        ("c.csv", b"id,text,text\n", "two columns named 'text'"),
        ("c.csv", b"id,te\xffxt\n", "not UTF-8"),
        ("c.csv", "id,text\n".encode("utf-16"), "is UTF-16"),
        ("c.json", b'[{"id": 1, "text": "\xff"}]', "not UTF-8"),
        ("c.txt", b"x", "known are .jsonl"),
        ("c.parquet.gz", b"x", "known are .jsonl"),
        ("c.parquet", b"PAR1 no more", "can't be read as Parquet"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(UnreadableFile, match=complaint):
        read(written(tmp_path / name, content))


def test_paths_that_are_no_file_and_gzip_that_is_cut_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="there is no file"):
        read(tmp_path / "gone.jsonl")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadableFile, match="is a folder"):
        read(tmp_path / "folder.csv")
    whole = gzip.compress(b"".join(b'{"id": %d, "text": "x"}\n' % n for n in range(1, 5000)))
    for name, content in (("cut", whole[: len(whole) // 2]), ("plain", b'{"id": 1}\n')):
        (tmp_path / f"{name}.jsonl.gz").write_bytes(content)
        with pytest.raises(UnreadableFile, match="gzip"):
            read(tmp_path / f"{name}.jsonl.gz")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "parquet"])
def test_a_large_file_is_not_held_in_memory(tmp_path: Path, suffix: str) -> None:
    rows = [{"id": n, "text": f"comment {n} " + "word " * 40} for n in range(1, 50_001)]
    path = tmp_path / f"c.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=1000)
    elif suffix == "csv":
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([("id", "text"), *(row.values() for row in rows)])
    elif suffix == "json":
        path.write_text(json.dumps(rows))
    else:
        path.write_text("\n".join(map(json.dumps, rows)))
    del rows
    tracemalloc.start()
    try:
        count = sum(1 for _ in islice(FileSource(path).read(), 3000))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000  # the file has some 12 MB
    finally:
        tracemalloc.stop()
    assert count == 3000


def test_the_bundled_sample_is_all_comments_and_threads() -> None:
    items = list(sample_source().read())
    assert {type(item) for item in items} == {IncomingComment, IncomingThread}
    assert {item.source for item in items if isinstance(item, IncomingComment)} == {"sample"}


def test_a_header_in_other_letters_loses_nothing_and_what_is_left_out_is_named(
    tmp_path: Path,
) -> None:
    rows = "id,text,Author,Created_At,Parent_ID,Votes\n1,hi,ann,2026-01-31T12:00:00Z,p,3\n"
    source = FileSource(written(tmp_path / "c.csv", rows), now=lambda: READ_AT)
    assert list(source.read()) == [
        IncomingComment("site", "1", "hi", "ann", datetime(2026, 1, 31, 12, tzinfo=UTC), "p")
    ]
    assert source.unread == ("Votes",)


@pytest.mark.parametrize("header", ["id,text,Text", "ID,id,text", "id,text,author,user"])
def test_two_columns_for_one_field_are_refused_by_both_names(tmp_path: Path, header: str) -> None:
    first, second = (
        name
        for name in header.split(",")
        if header.lower().count(name.lower()) > 1 or name in ("author", "user")
    )
    with pytest.raises(UnreadableFile, match=f"`{first}` and `{second}` both name"):
        read(written(tmp_path / "c.csv", f"{header}\n"))


def test_a_csv_row_without_end_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", "id,text\n1,a\n" + '"\n",' * 1_300_000)
    with pytest.raises(UnreadableFile, match="a row of more than 4 MB"):
        read(path)
