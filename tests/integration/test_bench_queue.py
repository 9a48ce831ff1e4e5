"""`modconsole bench queue`, with few cases."""

from pathlib import Path

from core.benchmarks import queue
from core.config import Settings


def test_it_measures_every_way_to_the_queue(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(queue, "TIMES", 2)
    said: list[str] = []
    found = queue.run(Settings(home=tmp_path), said.append, cases=300)
    names = [row["what"] for row in found["rows"]]
    assert len(names) == len(set(names)) == len(said) - 1
    for name in queue.FILTERS:
        assert {f"first page, {name}", f"counts, {name}"} <= set(names)
    assert {"one case", "a deep page", "search, rare word", "search, common phrase"} <= set(names)
    assert all(row["p50_ms"] <= row["p95_ms"] for row in found["rows"])
    assert list(tmp_path.iterdir()) == []
