"""Runs the store contract on each store."""

from collections.abc import Collection
from pathlib import Path

import pytest

from core.moderation.outbox import Channel
from core.store.base import Store
from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
from core.store.sql.sqlite.database import SqliteDatabase
from tests.contract.store_suite import StoreSuite
from tests.fresh_state import put_fresh_state


class TestSqliteStore(StoreSuite):
    def open_store(self, folder: Path, channels: Collection[Channel] = ()) -> Store:
        put_fresh_state(folder / "state.db")
        return SqlStore(SqliteDatabase(folder / "state.db"), channels)


class TestPostgresStore(StoreSuite):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_state: str) -> None:
        self.url = postgres_state

    def open_store(self, folder: Path, channels: Collection[Channel] = ()) -> Store:
        return SqlStore(PostgresDatabase(self.url), channels)
