"""`modconsole bench batch` on a few comments."""

from pathlib import Path

import pytest

from core.benchmarks import batch
from core.benchmarks.local_setups import ONE_BY_ONE
from core.config import Settings

pytestmark = pytest.mark.benchmark


def test_each_way_scores_the_same_rows_and_is_compared_with_the_slowest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ROUNDS", 1)
    monkeypatch.setattr(batch, "SLOW_ROWS", 2)
    file = tmp_path / "comments.csv"
    foreign = "Das ist ein Satz auf Deutsch, den hier niemand einschätzt."
    file.write_text(
        "text\n" + "".join(f"Comment {n} is fine.\n" for n in range(4)) + f'"{foreign}"\n',
        encoding="utf-8",
    )
    said: list[str] = []
    table = batch.run(Settings(home=tmp_path), said.append, file=file, fake_rows=50)
    assert [row["way"] for row in table["rows"]] == [
        "this console",
        "the scorer alone",
        "DuckDB with a Python function",
        ONE_BY_ONE,
    ]
    assert all(row["rows/s"] > 0 for row in table["rows"])
    assert table["rows"][-1]["times"] == 1.0
    assert table["fake_rows_per_s"] > 0
    assert len(table["share_of_the_scorer_rounds"]) == 1
    assert "round 1 of 1: 2 rows" in "\n".join(said)
