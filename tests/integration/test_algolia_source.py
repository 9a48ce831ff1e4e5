"""The Hacker News search, from a stub server: good answers and failures."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import SourceUnavailable
from core.moderation.comments import IncomingComment, IncomingThread
from core.sources.base import Rejected, SourceItem
from core.sources.hackernews.algolia import AlgoliaSource
from tests.integration.hackernews_site import Site
from tests.patience import PATIENT_S


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Site() as running:
        yield running


def ids(items: list[SourceItem]) -> list[str]:
    kinds = (IncomingComment, IncomingThread)
    return [item.source_id for item in items if isinstance(item, kinds)]


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


def algolia(site: Site, count: int = 250, query: str = "") -> list[SourceItem]:
    return list(AlgoliaSource(site.url, count=count, timeout_s=PATIENT_S, query=query).read())


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
