"""Files whose comments are nested: API responses, exports, threads."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import UnreadableFile
from core.moderation.comments import IncomingComment, IncomingThread
from core.sources.base import Rejected, Skipped, SourceItem
from core.sources.files.json_array import MAX_ENTRY_CHARS
from core.sources.files.source import FileSource

READ_AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
PLAIN = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]


def read(path: Path, content: object) -> list[SourceItem]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(FileSource(path, now=lambda: READ_AT).read())


def kept(items: list[SourceItem]) -> list[tuple[str, str | None]]:
    comments = [item for item in items if isinstance(item, IncomingComment)]
    assert len(comments) + sum(isinstance(item, IncomingThread) for item in items) == len(items)
    return [(item.source_id, item.parent_source_id) for item in comments]


def hacker_news(number: int, parent: int, *children: object) -> dict[str, object]:
    return {
        "author": "ann",
        "children": list(children),
        "created_at": "2026-01-31T12:00:00.000Z",
        "created_at_i": 1769860800,
        "id": number,
        "options": [],
        "parent_id": parent,
        "points": None,
        "story_id": 1,
        "text": f"comment {number}",
        "title": None,
        "type": "comment",
        "url": None,
    }


STORY = hacker_news(
    1, 0, hacker_news(2, 1, hacker_news(4, 2, hacker_news(5, 4))), hacker_news(3, 1)
) | {"title": "Story", "type": "story", "text": None, "parent_id": None}


@pytest.mark.parametrize(("suffix", "indent"), [("json", None), ("json", 1), ("jsonl", None)])
def test_an_algolia_item_gives_its_story_and_every_comment_below(
    tmp_path: Path, suffix: str, indent: int | None
) -> None:
    items = read(tmp_path / f"c.{suffix}", json.dumps(STORY, indent=indent))
    assert isinstance(items[0], IncomingThread)
    assert kept(items) == [("2", "1"), ("4", "2"), ("5", "4"), ("3", "1")]
    assert {item.source for item in items if isinstance(item, IncomingComment)} == {"hackernews"}


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
@pytest.mark.parametrize(
    "wrapped",
    [
        {"comments": PLAIN},
        {"data": PLAIN},
        {"items": PLAIN, "next": None, "total": 2},
        {"Results": PLAIN, "count": 2},
        {"data": {"comments": PLAIN}},
        {"data": {"post": 1, "comments": {"edges": [{"node": each} for each in PLAIN]}}},
        {"hits": {"total": 2, "hits": [{"_id": "x", "_source": each} for each in PLAIN]}},
        {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": e} for e in PLAIN]}},
        {"hits": {"hits": [{"_id": e["id"], "_source": {"text": e["text"]}} for e in PLAIN]}},
        {"ancestors": PLAIN[:1], "descendants": PLAIN[1:]},
        {"messages": PLAIN},
        {"payload": {"data": PLAIN}},
        {"post_stream": {"posts": PLAIN}},
        {"threads": [{"comments": PLAIN[:1]}, {"comments": PLAIN[1:]}]},
        {"_embedded": {"comments": PLAIN}},
        {"data": [{"id": e["id"], "type": "c", "attributes": {"body": e["text"]}} for e in PLAIN]},
        {"items": [{"id": e["id"], "snippet": {"textDisplay": e["text"]}} for e in PLAIN]},
        {"comments": [{"comment": each, "post": {"title": "x"}} for each in PLAIN]},
        {"comments": [{"id": "outer", "comment": each} for each in PLAIN]},
        {"pages": 2, "data": [PLAIN[:1], PLAIN[1:]]},
        {"latest_posts": PLAIN},
        {"orderedItems": [{"type": "Create", "id": "x", "object": each} for each in PLAIN]},
        {"feed": [{"post": each} for each in PLAIN], "cursor": "c"},
        [{"post": each, "replies": []} for each in PLAIN],
        {
            "nodes": [
                {
                    "id": e["id"],
                    "revisions": [{"id": "r", "body": "old"}, {"id": "s", "body": e["text"]}],
                }
                for e in PLAIN
            ]
        },
        {"posts": [{"cid": e["id"], "record": {"text": e["text"]}} for e in PLAIN]},
        [{"comments": PLAIN[:1]}, {"comments": PLAIN[1:]}],
    ],
)
def test_comments_are_found_in_what_wraps_them(
    tmp_path: Path, wrapped: object, suffix: str
) -> None:
    if isinstance(wrapped, list) and suffix == "jsonl":
        wrapped = "\n".join(map(json.dumps, wrapped))
    assert kept(read(tmp_path / f"c.{suffix}", wrapped)) == [("a", None), ("b", None)]


@pytest.mark.parametrize(
    ("wrapped", "kept_comments"),
    [
        (
            {"post_stream": {"posts": [{"id": 1, "username": "ann", "cooked": "<p>hi</p>"}]},
             "id": 3, "title": "T", "details": {"created_by": {"id": 9}}},
            [("1", None)],
        ),
        ({"id": 3, "title": "T", "posts": PLAIN}, [("a", None), ("b", None)]),
        ({"id": 3, "title": "T", "messages": PLAIN}, [("a", None), ("b", None)]),
        ({"id": 3, "title": "T", "data": {"items": PLAIN}}, [("a", None), ("b", None)]),
        ({"id": 3, "title": "T", "data": {"views": 7}}, []),
        (
            {"thread": {"post": PLAIN[0], "replies": [{"post": PLAIN[1], "replies": []}]}},
            [("a", None), ("b", "a")],
        ),
    ],
)  # fmt: skip
def test_a_topic_comes_with_its_comments(
    tmp_path: Path, wrapped: object, kept_comments: list[tuple[str, str | None]]
) -> None:
    assert kept(read(tmp_path / "c.json", wrapped)) == kept_comments


def test_a_comment_under_an_unknown_key_is_never_passed_over(tmp_path: Path) -> None:
    rows = [{"utterance": each, "replies": []} for each in PLAIN]
    items = read(tmp_path / "c.jsonl", "\n".join(map(json.dumps, rows)))
    assert [type(item) for item in items] == [Rejected, Rejected]


def test_hits_of_a_search_come_with_the_story_they_name(tmp_path: Path) -> None:
    hit = {"objectID": "7", "comment_text": "hi", "author": "a", "created_at_i": 1769860800}
    hit |= {"parent_id": 3, "story_id": 3, "story_title": "S", "children": [8, 9]}
    items = read(tmp_path / "c.json", {"hits": [hit], "nbHits": 1, "query": "x"})
    assert [type(item) for item in items] == [IncomingThread, IncomingComment]


def test_what_stands_outside_a_comment_is_said_of_it(tmp_path: Path) -> None:
    lemmy = {"comment": {"id": 1, "content": "hi"}, "creator": {"name": "ann"}, "counts": {"s": 1}}
    youtube = {
        "id": "y",
        "snippet": {
            "topLevelComment": {
                "id": "y",
                "snippet": {
                    "textDisplay": "hi",
                    "authorDisplayName": "ann",
                    "publishedAt": "2026-01-31T12:00:00Z",
                },
            }
        },
    }
    first, second = read(tmp_path / "c.json", [lemmy, youtube])
    assert isinstance(first, IncomingComment)
    assert isinstance(second, IncomingComment)
    assert (first.source_id, first.author, second.source_id, second.author) == (
        *("1", "ann"),
        *("y", "ann"),
    )
    assert (first.is_time_known, second.is_time_known) == (False, True)


def test_replies_of_reddit_name_the_comment_they_answer(tmp_path: Path) -> None:
    reply = {"id": "b", "body": "2", "author": "bob", "parent_id": "t1_a", "replies": ""}
    below = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": reply}]}}
    top = {"id": "a", "body": "1", "author": "ann", "parent_id": "t3_p", "replies": below}
    listing = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": top}]}}
    assert kept(read(tmp_path / "c.json", [listing])) == [("a", "p"), ("b", "a")]
    named = {"id": "t1_b", "body": "2", "parent_id": "t1_a"}
    assert kept(read(tmp_path / "c.json", [named])) == [("t1_b", "t1_a")]


@pytest.mark.parametrize(
    "name", ["children", "replies", "comments", "answers", "child_comments", "kids"]
)
def test_replies_are_read_with_the_comment_they_answer_as_parent(tmp_path: Path, name: str) -> None:
    rows = [
        {"id": "a", "text": "1", name: [{"id": "b", "body": "2", name: [PLAIN[0] | {"id": 3}]}]}
    ]
    assert kept(read(tmp_path / "c.json", rows)) == [("a", None), ("b", "a"), ("3", "b")]
    rows = [{"id": "a", "text": "1", name: [[{"id": "b", "text": "2"}], [7]]}]
    assert kept(read(tmp_path / "c.json", rows)) == [("a", None), ("b", "a")]
    told = {"id": "a", "text": "1", name: [{"id": "b", "text": "2", "parent_id": "z"}]}
    assert kept(read(tmp_path / "c.json", told)) == [("a", None), ("b", "z")]


def test_one_object_alone_is_one_comment(tmp_path: Path) -> None:
    assert kept(read(tmp_path / "c.json", json.dumps(PLAIN[0], indent=2))) == [("a", None)]
    assert kept(read(tmp_path / "c.json", PLAIN[0])) == [("a", None)]


def test_a_thread_of_any_depth_is_read(tmp_path: Path) -> None:
    row: dict[str, object] = {"id": "0", "text": "deepest"}
    for number in range(1, 300):
        row = {"id": str(number), "text": "x", "children": [row]}
    assert len(kept(read(tmp_path / "c.json", row))) == 300
    row = {"id": "0", "text": "deepest"}
    for number in range(1, 300):
        row = {"id": str(number), "text": row}
    assert kept(read(tmp_path / "c.json", {"comment": row}))


def test_a_list_with_nothing_in_it_is_no_error(tmp_path: Path) -> None:
    assert read(tmp_path / "c.json", {"hits": [], "nbHits": 0}) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"error": "Not Found", "status": 404},
        {"votes": [1, 2]},
        {"1": PLAIN[0], "2": PLAIN[1]},
        {},
        {"data": None},
        {"data": {}},
    ],
)
def test_an_object_of_unknown_shape_is_an_error_that_says_so(
    tmp_path: Path, unknown: dict[str, object]
) -> None:
    if unknown == {"data": {}}:
        (item,) = read(tmp_path / "c.json", unknown)
        assert isinstance(item, Rejected)
        assert "unknown shape" in item.message
    else:
        with pytest.raises(UnreadableFile, match=r"c\.json: an object of unknown shape, with"):
            read(tmp_path / "c.json", unknown)
    (item,) = read(tmp_path / "c.jsonl", unknown)
    assert isinstance(item, Rejected)
    assert "unknown shape" in item.message


def test_a_document_cut_short_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"c\.json is cut short or not valid JSON"):
        read(tmp_path / "c.json", json.dumps({"comments": PLAIN}, indent=1)[:-3])


@pytest.mark.slow
def test_an_export_too_large_to_hold_is_read_entry_by_entry(tmp_path: Path) -> None:
    count = 3 * MAX_ENTRY_CHARS // 10_000
    rows = [{"id": str(n), "text": "word " * 2000} for n in range(count)]
    items = read(tmp_path / "c.json", {"made": {"by": "x"}, "comments": rows, "end": 1})
    assert len(kept(items)) == count
    cut = json.dumps({"comments": rows})[:-3]
    *rest, last = read(tmp_path / "c.json", cut)
    assert len(kept(rest)) == count - 1
    assert isinstance(last, Rejected)
    with pytest.raises(UnreadableFile, match="without a list of comments"):
        read(tmp_path / "c.json", {"odd": rows})


def test_replies_below_a_comment_that_is_gone_are_read_with_it_as_their_parent(
    tmp_path: Path,
) -> None:
    """Its text is gone, too, so nothing but its flag tells it from a wrapper."""
    reply = {"id": "b", "text": "two"}
    gone, kept_one = read(tmp_path / "c.json", [{"id": "a", "deleted": True, "replies": [reply]}])
    assert isinstance(gone, Skipped)
    assert gone.withdraws is not None
    assert gone.withdraws[1] == "a"
    assert kept([kept_one]) == [("b", "a")]


def test_an_answer_about_deletions_is_still_a_wrapper(tmp_path: Path) -> None:
    answer = {"id": "page-1", "deleted": False, "status": "ok", "items": PLAIN}
    assert kept(read(tmp_path / "c.json", answer)) == [("a", None), ("b", None)]
