"""The newest Hacker News comments, from a stub server: good answers and failures."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
import requests

from core.errors import SourceUnavailable
from core.moderation.comments import IncomingComment, IncomingThread
from core.processes.ports import free_port
from core.sources.base import CommentSource, Rejected, Skipped, SourceItem
from core.sources.hackernews import http_json
from core.sources.hackernews.algolia import AlgoliaSource
from core.sources.hackernews.firebase import MAX_FAILURES_IN_A_ROW, HackerNewsSource
from tests.integration.hackernews_site import Answer, Site
from tests.patience import PATIENT_S


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(http_json, "FIRST_ANSWER_S", PATIENT_S)
    with Site() as running:
        yield running


def comment(number: int, parent: int | None = None, **more: object) -> dict[str, object]:
    row = {"id": number, "type": "comment", "by": "ann", "time": 1314211127, "text": f"c {number}"}
    return row | ({} if parent is None else {"parent": parent}) | more


def firebase(site: Site, count: int = 3, timeout_s: float = PATIENT_S) -> list[SourceItem]:
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


def silent(_: int) -> object:
    Event().wait()
    return None


def dripping(_: int) -> object:
    return 200, b"", {"Length": "1000000"}


@pytest.mark.parametrize("answer", [silent, dripping])
def test_an_item_that_takes_too_long_is_rejected(
    site: Site, answer: Callable[[int], object]
) -> None:
    site.answers = {"maxitem": 9, "9": answer, "8": comment(8, 7)}
    items = firebase(site, count=1, timeout_s=1.0)
    assert site.asked.count("item/9.json") > 1
    assert [item.where for item in items if isinstance(item, Rejected)] == ["item 9"]
    assert ids(items) == ["8"]


def test_a_site_that_falls_silent_ends_the_reading(site: Site) -> None:
    def gone(_: int) -> object:
        return 404, b"", {}

    site.answers = {"maxitem": 1000} | {str(number): gone for number in range(1, 1001)}
    read: list[SourceItem] = []
    items = HackerNewsSource(site.url, count=200, timeout_s=PATIENT_S).read()
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
        ((200, b"null", {}), "sent no id of the newest item"),
        ((200, b"true", {}), "sent no id of the newest item"),
        ((200, b'"9"', {}), "sent no id of the newest item"),
    ],
)
def test_a_first_answer_that_is_none_means_unavailable(
    site: Site, answer: Answer, complaint: str
) -> None:
    site.answers = {"maxitem": lambda _: (answer[0], answer[1], dict(answer[2]))}
    with pytest.raises(SourceUnavailable, match=complaint):
        firebase(site)


@pytest.mark.parametrize("kind", [HackerNewsSource, AlgoliaSource])
def test_without_a_server_it_fails_fast(
    monkeypatch: pytest.MonkeyPatch, kind: Callable[..., CommentSource]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    asked: list[str] = []
    get = requests.Session.get

    def counted(session: requests.Session, url: str, **more: Any) -> requests.Response:
        asked.append(url)
        return get(session, url, **more)

    monkeypatch.setattr(requests.Session, "get", counted)
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1 can't be reached"):
        list(kind(f"http://127.0.0.1:{free_port()}/v0", timeout_s=3.0).read())
    assert len(asked) == 1


def test_a_first_answer_is_waited_for_less_than_five_seconds() -> None:
    assert http_json.FIRST_ANSWER_S < 5


def test_a_site_that_never_answers_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_json, "FIRST_ANSWER_S", 0.5)
    site.answers = {"maxitem": silent}
    with pytest.raises(SourceUnavailable, match=r"gave no answer in 0\.\d s"):
        firebase(site)
    assert 1 <= len(site.asked) <= 2


def test_a_name_look_up_that_hangs_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_json, "FIRST_ANSWER_S", 0.3)
    # A resolver that hangs cannot be had from a local server.
    monkeypatch.setattr(http_json.JsonClient, "get", lambda *_, **__: Event().wait())
    with pytest.raises(SourceUnavailable, match=r"gave no answer in 0\.3 s"):
        list(HackerNewsSource("http://hacker-news.example/v0").read())
