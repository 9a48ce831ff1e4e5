"""The real Hacker News clients against a local server that answers in the documented shapes."""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import SourceUnavailable
from core.moderation.comments import IncomingComment, IncomingThread
from core.sources import http_json
from core.sources.algolia import AlgoliaSource
from core.sources.base import CommentSource, Rejected, Skipped, SourceItem
from core.sources.hackernews import MAX_FAILURES_IN_A_ROW, HackerNewsSource

Answer = tuple[int, bytes, dict[str, str]]


class Site:
    """A server on loopback. `answers` maps a path to a JSON value or to a function of the number
    of times it was asked; what is not there answers `null`, as Firebase does.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v0"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> Answer:
        name = path.removeprefix("/v0/")
        with self._lock:
            self.asked.append(name)
            times = self.asked.count(name)
        if name.startswith("search_by_date"):
            found = self.answers["search"](parse_qs(urlsplit(name).query))
        else:
            found = self.answers.get(name.removeprefix("item/").removesuffix(".json"))
        if callable(found):
            found = found(times)
        if isinstance(found, tuple):
            return found
        return 200, json.dumps(found).encode(), {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body, headers = site.answer(self.path)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", headers.pop("Length", str(len(body))))
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                    if status == 200 and not body:
                        self._drip()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _drip(self) -> None:
                while True:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Site()
    yield running
    running.close()


def comment(number: int, parent: int | None = None, **more: object) -> dict[str, object]:
    row = {"id": number, "type": "comment", "by": "ann", "time": 1314211127, "text": f"c {number}"}
    return row | ({} if parent is None else {"parent": parent}) | more


def firebase(site: Site, count: int = 3, timeout_s: float = 1.0) -> list[SourceItem]:
    return list(HackerNewsSource(site.url, count=count, timeout_s=timeout_s).read())


def ids(items: list[SourceItem]) -> list[str]:
    kinds = (IncomingComment, IncomingThread)
    return [item.source_id for item in items if isinstance(item, kinds)]


def failing(times: int, status: int, **headers: str) -> Callable[[int], object]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked: (status, b"oops", dict(named)) if asked <= times else comment(9, 1)


def test_the_newest_comments_come_first_and_then_what_they_answer(site: Site) -> None:
    site.answers = {
        "maxitem": 30,
        "30": comment(30, 29),
        "29": comment(29, 20),
        "28": None,
        "27": {"id": 27, "type": "story", "by": "bo", "time": 1, "title": "New"},
        "26": comment(26, 10, deleted=True),
        "25": comment(25, 10, dead=True),
        "24": {"id": 24, "type": "job", "title": "Job", "time": 1},
        "23": {"id": 23, "type": "comment", "parent": 10, "text": "nobody, never"},
        "22": comment(22, 20),
        "20": comment(20, 10, kids=[29, 22], new_field={"x": 1}),
        "10": {"id": 10, "type": "story", "by": "cy", "time": 5, "title": "Root", "kids": [20]},
    }
    items = firebase(site, count=4)
    assert ids(items) == ["30", "29", "27", "23", "22", "20", "10"]
    assert [(item.where, item.reason) for item in items if isinstance(item, Skipped)] == [
        ("item 28", "no such item"),
        ("item 26", "deleted at the source"),
        ("item 25", "dead at the source"),
        ("item 24", "not a comment: job"),
    ]
    assert max(Counter(site.asked).values()) == 1
    (nameless,) = [i for i in items if isinstance(i, IncomingComment) and i.source_id == "23"]
    assert nameless.author == "[unknown]"


def test_the_walk_ends_at_the_first_item_there_is(site: Site) -> None:
    site.answers = {"maxitem": 3, "2": comment(2, 1)}
    assert len(firebase(site, count=100)) == 3
    assert len(site.asked) == 4


def test_parents_that_answer_each_other_are_asked_for_once(site: Site) -> None:
    site.answers = {"maxitem": 9, "9": comment(9, 1), "1": comment(1, 2), "2": comment(2, 9)}
    assert sorted(ids(firebase(site, count=1))) == ["1", "2", "9"]
    assert max(Counter(site.asked).values()) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        failing(1, 503),
        failing(2, 500),
        failing(1, 429, Retry_After="1"),
        failing(1, 503, Length="99"),
    ],
    ids=["503 once", "500 twice", "429 asking for 1 s", "503 cut short"],
)
def test_passing_trouble_is_tried_again(site: Site, trouble: Callable[[int], object]) -> None:
    site.answers = {"maxitem": 9, "9": trouble, "1": None}
    began = time.monotonic()
    assert ids(firebase(site, count=1)) == ["9"]
    if trouble(1)[2].get("Retry-After"):  # type: ignore[index]
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    ("answer", "complaint", "attempts"),
    [
        ((500, b"", {}), "answered 500", 3),
        ((429, b"", {"Retry-After": "3600"}), "answered 429", 1),
        ((404, b"", {}), "answered 404", 1),
        ((401, b"", {}), "answered 401", 1),
        ((302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}), "redirects are not followed", 1),
        ((200, b"<html>secret", {}), "not valid JSON", 1),
        ((200, b'{"id": 9, "text": "secret \xff"}', {}), "not UTF-8", 1),
        ((200, b'{"id": 9, "te', {"Length": "500"}), "", 3),
        ((200, b'{"id": 8, "text": "secret"}', {}), "another item's", 1),
        ((200, b'{"id": 9, "type": "comment", "text": 5}', {}), "`text` is a number", 1),
        ((200, b'["secret"]', {}), "must be an object", 1),
        ((200, b"x" * 9_000_000, {}), "more than 8 MB", 1),
    ],
)
def test_one_bad_item_is_rejected_and_the_rest_goes_on(
    site: Site, answer: Answer, complaint: str, attempts: int
) -> None:
    site.answers = {
        "maxitem": 9,
        "9": lambda _: (answer[0], answer[1], dict(answer[2])),
        "8": comment(8, 7),
    }
    items = firebase(site, count=1)
    (bad,) = [item for item in items if isinstance(item, Rejected)]
    assert bad.where == "item 9"
    assert bad.message.startswith("item 9: ")
    assert complaint in bad.message
    assert "secret" not in bad.message
    assert ids(items) == ["8"]
    assert site.asked.count("item/9.json") == attempts


def slow(_: int) -> object:
    time.sleep(0.6)
    return comment(9, 1)


def dripping(_: int) -> object:
    return 200, b"", {"Length": "1000000"}


@pytest.mark.parametrize("answer", [slow, dripping])
def test_an_item_that_takes_too_long_is_rejected(
    site: Site, answer: Callable[[int], object]
) -> None:
    site.answers = {"maxitem": 9, "9": answer, "8": comment(8, 7)}
    began = time.monotonic()
    items = firebase(site, count=1, timeout_s=0.3)
    assert time.monotonic() - began < 3
    assert [item.where for item in items if isinstance(item, Rejected)] == ["item 9"]
    assert ids(items) == ["8"]


def test_a_site_that_falls_silent_ends_the_reading(site: Site) -> None:
    def gone(_: int) -> object:
        return 404, b"", {}

    site.answers = {"maxitem": 1000} | {str(number): gone for number in range(1, 1001)}
    read: list[SourceItem] = []
    items = HackerNewsSource(site.url, count=200, timeout_s=1).read()
    with pytest.raises(SourceUnavailable, match="in a row"):
        read.extend(items)
    assert len(read) == MAX_FAILURES_IN_A_ROW


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((500, b"", {}), "answered 500"),
        ((404, b"", {}), "answered 404"),
        ((301, b"", {"Location": "https://example.org/"}), "redirects are not followed"),
        ((200, b"<html>", {}), "not valid JSON"),
        ((200, b"null", {}), "told no newest item"),
        ((200, b"true", {}), "told no newest item"),
        ((200, b'"9"', {}), "told no newest item"),
    ],
)
def test_a_first_answer_that_is_none_means_unavailable(
    site: Site, answer: Answer, complaint: str
) -> None:
    site.answers = {"maxitem": lambda _: (answer[0], answer[1], dict(answer[2]))}
    with pytest.raises(SourceUnavailable, match=complaint):
        firebase(site)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("kind", [HackerNewsSource, AlgoliaSource])
def test_with_nobody_there_it_fails_fast(
    monkeypatch: pytest.MonkeyPatch, kind: Callable[..., CommentSource]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1 can't be reached"):
        list(kind(f"http://127.0.0.1:{free_port()}/v0", timeout_s=3.0).read())
    assert time.monotonic() - began < 1


def test_a_site_that_never_answers_is_given_up_within_five_seconds(site: Site) -> None:
    site.answers = {"maxitem": lambda _: time.sleep(6)}
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="gave no answer"):
        firebase(site, timeout_s=3.0)
    assert time.monotonic() - began < 5


def test_a_name_look_up_that_hangs_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_json, "FIRST_ANSWER_S", 0.3)
    # A resolver that hangs cannot be had from a local server.
    monkeypatch.setattr(http_json.JsonClient, "get", lambda *_, **__: time.sleep(2))
    with pytest.raises(SourceUnavailable, match=r"gave no answer in 0\.3 s"):
        list(HackerNewsSource("http://hacker-news.example/v0").read())


def hit(number: int, **more: object) -> dict[str, object]:
    return {
        "objectID": str(number),
        "created_at": "2011-08-24T22:05:27Z",
        "created_at_i": 1314223527,
        "author": "ann",
        "comment_text": f"c {number}",
        "story_id": 1,
        "story_title": "Root",
        "parent_id": 1,
        "_tags": ["comment", "author_ann", "story_1"],
        "_highlightResult": {},
    } | more


def algolia(site: Site, count: int = 250, **more: str) -> list[SourceItem]:
    return list(AlgoliaSource(site.url, count=count, timeout_s=1.0, **more).read())


def pages(broken: dict[int, object] | None = None) -> Callable[[dict[str, list[str]]], object]:
    def answer(query: dict[str, list[str]]) -> object:
        page, size = int(query["page"][0]), int(query["hitsPerPage"][0])
        if page in (broken or {}):
            return broken[page]  # type: ignore[index]
        newest = 1000 - page * size + page  # each page repeats the last hit of the one before
        hits = [hit(number) for number in range(newest, newest - size, -1)]
        return {"hits": hits, "page": page, "nbPages": 10, "hitsPerPage": size}

    return answer


def test_search_reads_pages_and_no_hit_twice(site: Site) -> None:
    site.answers = {"search": pages()}
    items = algolia(site, query="borrow checker")
    assert isinstance(items[0], IncomingThread)
    assert ids(items[1:]) == [str(number) for number in range(1000, 750, -1)]
    query = parse_qs(urlsplit(site.asked[0]).query)
    assert query["query"] == ["borrow checker"]
    assert query["tags"] == ["comment"]
    assert len(site.asked) == 3


def test_a_page_that_fails_is_rejected_and_the_rest_goes_on(site: Site) -> None:
    site.answers = {"search": pages({1: (404, b"", {})})}
    items = algolia(site, count=200)
    assert [item.message for item in items if isinstance(item, Rejected)] == [
        "page 2: 127.0.0.1 answered 404"
    ]
    assert len(ids(items)) == 1 + 200


def test_wrong_hits_are_rejected_by_place(site: Site) -> None:
    hits = [hit(5), 7, hit(4, comment_text=None), {"comment_text": "secret"}, hit(3, author=[])]
    site.answers = {"search": lambda _: {"hits": hits, "nbPages": 1}}
    items = algolia(site)
    assert ids(items) == ["1", "5"]
    assert [item.message for item in items if isinstance(item, Rejected)] == [
        "page 1, hit 2: a row must be an object, not a number",
        "page 1, hit 4: `objectID` is missing",
        "page 1, hit 5: `author` is a list, not text",
    ]


@pytest.mark.parametrize("answer", [{"hits": 3}, [], None, {"hits": [], "nbPages": "x"}])
def test_an_envelope_of_another_shape_means_unavailable(site: Site, answer: object) -> None:
    site.answers = {"search": lambda _: answer}
    with pytest.raises(SourceUnavailable, match="without a list of hits"):
        algolia(site)
