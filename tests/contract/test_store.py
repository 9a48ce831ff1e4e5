"""Runs the store contract on each store."""

from pathlib import Path

from core.store.base import Store
from core.store.sql import SqlStore
from tests.contract.store_suite import StoreSuite
from tests.fresh_state import put_fresh_state


class TestSqlStore(StoreSuite):
    def open_store(self, folder: Path) -> Store:
        put_fresh_state(folder / "state.db")
        return SqlStore(folder / "state.db")
