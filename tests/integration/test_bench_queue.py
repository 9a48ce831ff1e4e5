"""`modconsole bench queue`, with few cases."""

from pathlib import Path

import pytest

from core.benchmarks import queue
from core.config import Settings
from core.errors import InvalidInput
from tests.search_index import check_postgres_index

pytestmark = pytest.mark.slow


def test_it_measures_every_way_to_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each_state_url: str
) -> None:
    monkeypatch.setattr(queue, "TIMES", 2)
    said: list[str] = []
    settings = Settings(home=tmp_path, state_url=each_state_url)
    found = queue.run(settings, said.append, cases=300)
    names = [row["what"] for row in found["rows"]]
    assert len(names) == len(set(names)) == len(said) - 1
    for name in queue.FILTERS:
        assert {f"first page, {name}", f"counts, {name}"} <= set(names)
    assert {"one case", "a deep page", "search, rare word", "search, common phrase"} <= set(names)
    assert all(row["p50_ms"] <= row["p95_ms"] for row in found["rows"])
    assert {"cases", "search_documents"} <= {row["what"] for row in found["disk"]} or (
        settings.keeps_state_in_home and not found["disk"]
    )
    assert list(tmp_path.iterdir()) == []
    if not settings.keeps_state_in_home:
        check_postgres_index(each_state_url)
        with pytest.raises(InvalidInput, match="holds a state already"):
            queue.run(settings, said.append, cases=300)
