"""The newest Hacker News comments, from the official API (Firebase)."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from core.clock import Clock, system_clock
from core.errors import SourceUnavailable
from core.moderation.comments import IncomingComment
from core.sources.base import Rejected, SourceItem
from core.sources.files.items import FIREBASE, HACKERNEWS, to_item
from core.sources.hackernews.http_json import JsonClient

FIREBASE_URL = "https://hacker-news.firebaseio.com/v0"
WORKERS = 8
# About half of all items are comments, so a search of this many items that finds too few can stop.
MAX_ITEMS_PER_COMMENT = 20
# Fewer failures in a row are problems of the items; this many mean that the source is down.
MAX_FAILURES_IN_A_ROW = 2 * WORKERS
MAX_DEPTH = 200
_BATCH = 4 * WORKERS


class HackerNewsSource:
    """The `count` newest comments, newest first, then everything they reply to, up to the stories.

    No item is requested twice. An item that fails becomes Rejected and reading goes on, unless
    MAX_FAILURES_IN_A_ROW items fail.
    """

    def __init__(
        self,
        base_url: str = FIREBASE_URL,
        *,
        count: int = 200,
        timeout_s: float = 3.0,
        clock: Clock | None = None,
    ) -> None:
        self._base_url = base_url
        self._count = count
        self._timeout_s = timeout_s
        self._clock = clock or system_clock()

    @property
    def name(self) -> str:
        return f"Hacker News at {self._base_url}"

    @property
    def unread(self) -> tuple[str, ...]:
        return ()

    def read(self) -> Iterator[SourceItem]:
        with (
            JsonClient(
                self._base_url, timeout_s=self._timeout_s, pool_size=WORKERS, clock=self._clock
            ) as client,
            ThreadPoolExecutor(WORKERS, thread_name_prefix="hackernews") as pool,
        ):
            newest = client.get_first("maxitem.json")
            if isinstance(newest, bool) or not isinstance(newest, int) or newest < 1:
                raise SourceUnavailable(f"{client.host} sent no id of the newest item")
            yield from _Walk(client, pool, self._clock).walk(newest, self._count)


class _Walk:
    """The state of one reading: the items requested so far, and the failures in a row."""

    def __init__(self, client: JsonClient, pool: ThreadPoolExecutor, clock: Clock) -> None:
        self._client = client
        self._pool = pool
        self._read_at = clock.now()
        self._asked: set[int] = set()
        self._failures = 0

    def walk(self, newest: int, count: int) -> Iterator[SourceItem]:
        parents: set[int] = set()
        at, last, missing = newest, max(0, newest - MAX_ITEMS_PER_COMMENT * count), count
        while missing > 0 and at > last:
            # Requests no more items than comments are missing, so that none is fetched and then
            # dropped.
            ids = range(at, max(last, at - min(missing, _BATCH)), -1)
            for item in self._fetch(ids):
                missing -= isinstance(item, IncomingComment)
                parents |= _parent(item)
                yield item
            at = ids[-1] - 1
        for _ in range(MAX_DEPTH):
            wanted = sorted(parents - self._asked, reverse=True)
            if not wanted:
                return
            parents = set()
            for start in range(0, len(wanted), _BATCH):
                for item in self._fetch(wanted[start : start + _BATCH]):
                    parents |= _parent(item)
                    yield item

    def _fetch(self, ids: Sequence[int]) -> Iterator[SourceItem]:
        self._asked.update(ids)
        for item, is_answered in self._pool.map(self._item, ids):
            self._failures = 0 if is_answered else self._failures + 1
            yield item
            if self._failures >= MAX_FAILURES_IN_A_ROW:
                raise SourceUnavailable(
                    f"{self._client.host} failed for {self._failures} items in a row; "
                    "those before them are read"
                )

    def _item(self, number: int) -> tuple[SourceItem, bool]:
        where = f"item {number}"
        try:
            raw = self._client.get(f"item/{number}.json")
        except SourceUnavailable as error:
            return Rejected(where, f"{where}: {error}"), False
        if isinstance(raw, dict) and raw.get("id", number) != number:
            return Rejected(where, f"{where}: the answer is another item's"), True
        item = to_item(raw, where=where, source=HACKERNEWS, read_at=self._read_at, shape=FIREBASE)
        return item, True


def _parent(item: SourceItem) -> set[int]:
    if isinstance(item, IncomingComment) and item.parent_source_id is not None:
        return {int(item.parent_source_id)}
    return set()
