"""Runs the store contract on each store."""

from pathlib import Path

from core.store.base import Store
from core.store.sql import SqlStore
from tests.contract.store_suite import StoreSuite


class TestSqlStore(StoreSuite):
    def open_store(self, folder: Path) -> Store:
        return SqlStore(folder / "state.db")
