"""Hacker News comments that contain given words, newest first, from the search API (Algolia)."""

from collections.abc import Iterator
from datetime import datetime

from core.clock import Clock, system_clock
from core.errors import SourceUnavailable
from core.sources.base import Rejected, SourceItem
from core.sources.files.items import ALGOLIA_HIT, HACKERNEWS, story_of_hit, to_item
from core.sources.hackernews.http_json import JsonClient

ALGOLIA_URL = "https://hn.algolia.com/api/v1"
HITS_PER_PAGE = 100
MORE_PAGES = 2  # pages shift when new comments arrive, so the hits of two pages may overlap


class AlgoliaSource:
    """The newest `count` comments with the words of `query`, or of all comments if it is empty.

    Repeated hits are left out. A hit's story is given before its first comment and does not count.
    A failed page after the first becomes Rejected.
    """

    def __init__(
        self,
        base_url: str = ALGOLIA_URL,
        *,
        query: str = "",
        count: int = 200,
        timeout_s: float = 3.0,
        clock: Clock | None = None,
    ) -> None:
        self._base_url = base_url
        self._query = query
        self._count = count
        self._timeout_s = timeout_s
        self._clock = clock or system_clock()

    @property
    def name(self) -> str:
        return f"Hacker News search at {self._base_url}"

    @property
    def unread(self) -> tuple[str, ...]:
        return ()

    def read(self) -> Iterator[SourceItem]:
        seen: set[str] = set()
        read_at, left = self._clock.now(), self._count
        with JsonClient(self._base_url, timeout_s=self._timeout_s, clock=self._clock) as client:
            for page, hits in self._pages(client):
                if isinstance(hits, SourceUnavailable):
                    yield Rejected(f"page {page}", f"page {page}: {hits}")
                    continue
                for number, hit in enumerate(hits, start=1):
                    if _is_repeated(hit, seen):
                        continue
                    if left == 0:
                        return
                    left -= 1
                    yield from _items(hit, f"page {page}, hit {number}", read_at, seen)

    def _pages(self, client: JsonClient) -> Iterator[tuple[int, list[object] | SourceUnavailable]]:
        """The hits of each page, numbered from 1, or the error of a page that failed."""
        answer = client.get_first("search_by_date", self._parameters(0))
        hits, page_count = _envelope(answer, client.host)
        yield 1, hits
        needed = -(-self._count // HITS_PER_PAGE)
        for page in range(1, min(page_count, needed + MORE_PAGES)):
            try:
                answer = client.get("search_by_date", self._parameters(page))
                hits, _ = _envelope(answer, client.host)
            except SourceUnavailable as error:
                yield page + 1, error
                continue
            yield page + 1, hits

    def _parameters(self, page: int) -> dict[str, str]:
        return {
            "query": self._query,
            "tags": "comment",
            "page": str(page),
            "hitsPerPage": str(min(self._count, HITS_PER_PAGE)),
        }


def _envelope(answer: object, host: str) -> tuple[list[object], int]:
    if isinstance(answer, dict):
        hits, page_count = answer.get("hits"), answer.get("nbPages", 1)
        if isinstance(hits, list) and isinstance(page_count, int):
            return hits, page_count
    raise SourceUnavailable(f"{host} sent an answer without a list of hits")


def _is_repeated(hit: object, seen: set[str]) -> bool:
    found = hit.get("objectID") if isinstance(hit, dict) else None
    if not isinstance(found, str):
        return False
    is_repeated = found in seen
    seen.add(found)
    return is_repeated


def _items(hit: object, where: str, read_at: datetime, seen: set[str]) -> Iterator[SourceItem]:
    story = story_of_hit(hit, read_at=read_at)
    if story is not None and story.source_id not in seen:
        seen.add(story.source_id)
        yield story
    yield to_item(hit, where=where, source=HACKERNEWS, read_at=read_at, shape=ALGOLIA_HIT)
