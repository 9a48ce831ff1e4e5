"""`modconsole bench state` on a little: its figures, and which database it refuses."""

from pathlib import Path

import pytest

from core.benchmarks import state
from core.config import Settings
from core.errors import InvalidInput
from tests.state_checks import broken_invariants, state_rows

pytestmark = pytest.mark.benchmark


def test_the_same_decisions_are_made_on_both(tmp_path: Path, postgres_state: str) -> None:
    settings = Settings(home=tmp_path, state_url=postgres_state)
    said: list[str] = []
    table = state.run(settings, said.append, decisions=3)
    assert [row["state"] for row in table["rows"]] == ["SQLite", "PostgreSQL"]
    assert all(0 < row["p50_lowest_ms"] <= row["p50_ms"] <= row["p99_ms"] for row in table["rows"])
    assert len(table["postgresql_over_sqlite_rounds"]) == len(said) == state.ROUNDS
    approved = "SELECT count(*) FROM decisions WHERE source = 'reviewer'"
    assert state_rows(postgres_state, approved) == [(3 * state.ROUNDS,)]
    assert broken_invariants(postgres_state) == {}
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInput, match="holds a state already"):
        state.run(settings, said.append, decisions=3)


def test_it_needs_a_database_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="empty PostgreSQL database"):
        state.run(Settings(home=tmp_path), lambda _: None)
