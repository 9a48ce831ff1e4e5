"""The contract of a shared store of the log, for a folder and for an S3 bucket."""

from pathlib import Path

import pytest

from core.bootstrap.log_store import open_log_store
from core.config import Settings
from core.errors import NotFound
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.folder import DRAFT

MANY = 1_100  # more than S3 lists in one answer


@pytest.fixture
def store(each_log_store: str) -> LogStore:
    return open_log_store(Settings(log_store=each_log_store))


def test_an_object_comes_back_as_it_was_put(store: LogStore) -> None:
    for number, content in enumerate((b"", b"text\n", bytes(range(256)) * 50_000)):
        store.put(f"calls/date=2026-11-01/hour=12/{number}.parquet", content)
        assert store.get(f"calls/date=2026-11-01/hour=12/{number}.parquet") == content


def test_a_second_put_takes_the_place_of_the_first(store: LogStore) -> None:
    store.put("ledger/a.json", b"first, and longer")
    store.put("ledger/a.json", b"second")
    assert store.get("ledger/a.json") == b"second"
    assert store.paths("ledger") == {"ledger/a.json"}


def test_what_was_never_put_is_not_found(store: LogStore) -> None:
    with pytest.raises(NotFound):
        store.get("ledger/a.json")
    store.put("ledger/a.json", b"{}")
    with pytest.raises(NotFound):
        store.get("ledger/b.json")


def test_a_folder_lists_itself_and_what_is_below_and_nothing_else(store: LogStore) -> None:
    assert store.paths("ledger") == frozenset()
    for path in ("ledger/a.json", "ledger/x/y/b.json", "ledgers/c.json", "calls/d.parquet"):
        store.put(path, b"{}")
    assert store.paths("ledger") == {"ledger/a.json", "ledger/x/y/b.json"}
    assert store.paths("ledger/x") == {"ledger/x/y/b.json"}


@pytest.mark.long
def test_more_objects_than_one_answer_lists(s3_address: str) -> None:
    store = open_log_store(Settings(log_store=s3_address))
    paths = {f"ledger/{number}.json" for number in range(MANY)}
    for path in paths:
        store.put(path, b"{}")
    assert store.paths("ledger") == paths


def test_two_opened_stores_with_one_address_see_the_same(
    store: LogStore, each_log_store: str
) -> None:
    store.put("ledger/a.json", b"{}")
    assert open_log_store(Settings(log_store=each_log_store)).paths("ledger") == {"ledger/a.json"}


def test_no_draft_of_a_folder_stays_or_is_listed(tmp_path: Path) -> None:
    store = open_log_store(Settings(log_store=str(tmp_path)))
    store.put("ledger/a.json", b"{}")
    (tmp_path / "ledger" / f"{DRAFT}killed").write_bytes(b"{")
    assert sorted(path.name for path in (tmp_path / "ledger").iterdir()) == [
        f"{DRAFT}killed",
        "a.json",
    ]
    assert store.paths("ledger") == {"ledger/a.json"}
