"""`modconsole bench logs` on a little: other programs answer the same from the same calls."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from core.benchmarks import log_peers, logs
from core.benchmarks.log_archive import ARRIVALS
from core.config import Settings
from tests.latency_site import write_log

pytestmark = pytest.mark.benchmark


def test_others_give_the_same_summary_and_their_times_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "DAYS", 1)
    monkeypatch.setattr(logs, "SUMMED_DAYS", 2)
    settings = Settings(home=tmp_path / "home")
    write_log(settings.serving_log_dir, datetime.now(UTC), timedelta(hours=1), 400)
    chance = random.Random(1)
    arrivals = tmp_path / ARRIVALS
    arrivals.parent.mkdir()
    offsets = sorted(chance.uniform(0, 3600) for _ in range(200))
    pd.DataFrame({"offset_s": offsets}).to_parquet(arrivals)

    table = logs.run(settings, lambda _: None, tmp_path, records=4_800)

    rows = table["peers"]
    found = {(row["program"], row["window"]) for row in rows}
    missing = set(table["not_installed"])
    names = set(log_peers.PEERS)
    assert found == {(one, window) for one in names - missing for window in ("1 h", "24 h")}
    assert {"pandas", "SQLite"} <= names - missing
    assert missing <= {"Polars", "ClickHouse local"}
    for row in rows:
        assert row["answered"] == row["answered_here"] > 0
        assert row["differs_by_percent"] <= 2.0  # sums are off by so much at most
        assert row["median_s"] > 0
        ratio = row["median_s"] / row["here_s"]
        assert row["times_as_long"] == pytest.approx(ratio, rel=0.2, abs=0.1)
