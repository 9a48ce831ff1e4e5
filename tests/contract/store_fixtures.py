"""A store to test, with a policy in force, and a writer of plain rows."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.outbox import Channel
from core.store.base import Store
from tests.contract.store_rows import POLICY, START, Rows


class StoreFixtures:
    """Two stores opened on the same folder share one state."""

    def open_store(self, folder: Path, channels: Collection[Channel] = ()) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = self.open_store(tmp_path)
        with store.write() as tx:
            tx.add_policy(POLICY, AuditEvent("e0", AuditKind.POLICY_STORED, "system", "1", START))
        yield store
        store.close()

    @pytest.fixture
    def rows(self, store: Store) -> Rows:
        return Rows(store)
