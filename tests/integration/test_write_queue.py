"""The API's writes: one thread makes them, those that wait together share a commit."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput, StoreError
from core.moderation.comments import IncomingThread
from core.serving import write_queue
from core.serving.write_queue import WriteQueue
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
from tests.contract.store_rows import START
from tests.patience import PATIENT_S

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    yield made
    made.close()


@pytest.fixture
def queue(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteQueue]:
    """Without the time limit of a group, so that a slow machine doesn't change its size."""
    monkeypatch.setattr(write_queue, "OPEN_AT_MOST_S", PATIENT_S)
    monkeypatch.setattr(write_queue, "STOP_WITHIN_S", PATIENT_S)
    made = WriteQueue(store)
    yield made
    made.close()


def adding(store: SqlStore, name: str) -> Callable[[], bool]:
    def work() -> bool:
        with store.write() as tx:
            return tx.add_thread(IncomingThread("site", name, "Title", None, START))

    return work


def commits_of(store: SqlStore) -> list[str]:
    """A list that gets one entry for each commit."""
    seen: list[str] = []
    commit = store._writes._commit

    def counted(connection: Any) -> None:
        commit(connection)
        seen.append("commit")

    store._writes._commit = counted
    return seen


async def behind_the_first(queue: WriteQueue, *works: Callable[[], Any]) -> list[Any]:
    """Runs the works; all wait while the first one is in progress."""
    go_on = threading.Event()
    first = asyncio.create_task(queue.run(lambda: go_on.wait(PATIENT_S)))
    others = [asyncio.create_task(queue.run(work)) for work in works]
    await asyncio.sleep(0)
    while queue._waiting.qsize() < len(works):
        await asyncio.sleep(0.001)
    go_on.set()
    ended = await asyncio.gather(first, *others, return_exceptions=True)
    return ended[1:]


def test_those_that_wait_together_share_a_commit(store: SqlStore, queue: WriteQueue) -> None:
    seen = commits_of(store)
    works = [adding(store, f"t-{number}") for number in range(10)]
    assert asyncio.run(behind_the_first(queue, *works)) == [True] * 10
    assert len(seen) == 1


def test_a_group_has_an_end_though_others_wait(
    store: SqlStore, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "MOST_TOGETHER", 4)
    seen = commits_of(store)
    works = [adding(store, f"t-{number}") for number in range(11)]
    assert asyncio.run(behind_the_first(queue, *works)) == [True] * 11
    assert len(seen) == 3


def test_a_group_ends_after_its_time(
    store: SqlStore, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "OPEN_AT_MOST_S", 0.0)
    seen = commits_of(store)
    works = [adding(store, f"t-{number}") for number in range(3)]
    assert asyncio.run(behind_the_first(queue, *works)) == [True] * 3
    assert len(seen) == 4  # the first one's too


def test_one_that_fails_is_told_and_the_others_are_kept(store: SqlStore, queue: WriteQueue) -> None:
    def failing() -> None:
        with store.write() as tx:
            tx.add_thread(IncomingThread("site", "lost", "Title", None, START))
            raise InvalidInput("no")

    works = (adding(store, "a"), failing, adding(store, "b"))
    one, two, three = asyncio.run(behind_the_first(queue, *works))
    assert (one, three) == (True, True)
    assert isinstance(two, InvalidInput)
    assert adding(store, "lost")(), "its row was taken back"


def test_all_of_a_group_are_told_that_its_commit_failed(store: SqlStore, queue: WriteQueue) -> None:
    def broken(_connection: Any) -> None:
        raise StoreError("the disk is full")

    commit, store._writes._commit = store._writes._commit, broken
    ended = asyncio.run(behind_the_first(queue, adding(store, "a"), adding(store, "b")))
    assert [str(error) for error in ended] == ["the disk is full"] * 2
    store._writes._commit = commit
    assert asyncio.run(queue.run(adding(store, "a")))


def test_those_behind_one_that_got_no_turn_do_not_wait_as_long_again(
    store: SqlStore, queue: WriteQueue
) -> None:
    tried: list[str] = []
    begin = store._writes._begin

    def locked() -> Any:
        tried.append("begin")
        while len(tried) == 1 and queue._waiting.qsize() < 5:
            threading.Event().wait(0.001)
        raise StoreError("database is locked")

    async def all_of_them() -> list[Any]:
        asked = [asyncio.create_task(queue.run(adding(store, f"t-{n}"))) for n in range(6)]
        return await asyncio.gather(*asked, return_exceptions=True)

    store._writes._begin = locked
    assert [str(error) for error in asyncio.run(all_of_them())] == ["database is locked"] * 6
    assert tried == ["begin"]
    store._writes._begin = begin
    assert asyncio.run(queue.run(adding(store, "t-0")))


def test_a_write_knows_whose_request_it_belongs_to(queue: WriteQueue) -> None:
    async def ask(name: str) -> str:
        WHO.set(name)
        return await queue.run(WHO.get)

    async def both() -> list[str]:
        return await asyncio.gather(*(asyncio.create_task(ask(name)) for name in ("ann", "bob")))

    assert asyncio.run(both()) == ["ann", "bob"]


def test_a_request_that_was_cancelled_does_not_stop_the_others(
    store: SqlStore, queue: WriteQueue
) -> None:
    async def cancel_one() -> bool:
        go_on = threading.Event()
        first = asyncio.create_task(queue.run(lambda: go_on.wait(PATIENT_S)))
        await asyncio.sleep(0)
        first.cancel()
        go_on.set()
        return await queue.run(adding(store, "a"))

    assert asyncio.run(cancel_one())


def test_what_waits_at_the_end_is_still_written(store: SqlStore, queue: WriteQueue) -> None:
    async def close_at_once() -> bool:
        go_on = threading.Event()
        first = asyncio.create_task(queue.run(lambda: go_on.wait(PATIENT_S)))
        last = asyncio.create_task(queue.run(adding(store, "a")))
        await asyncio.sleep(0)
        closing = threading.Thread(target=queue.close)
        closing.start()
        go_on.set()
        await first
        return await last

    assert asyncio.run(close_at_once())
    queue._thread.join(PATIENT_S)
    assert not queue._thread.is_alive()
    assert not adding(store, "a")()
