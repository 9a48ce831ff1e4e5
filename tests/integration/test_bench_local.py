"""`modconsole bench local` end to end, on a tiny model and a few comments."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the tiny model is made with torch, in the extra [test]")
pytest.importorskip("transformers", reason="the tiny model needs transformers, in [test]")
pytest.importorskip("onnx", reason="the tiny model is exported with onnx, in [test]")

from core.benchmarks import local  # needs what is looked for above
from core.benchmarks.local_setups import ONE_BY_ONE, SETUPS, LocalSetup
from core.cli.main import main
from core.errors import MissingExtra
from tests.contract.local_models import make_own_folder

pytestmark = [pytest.mark.benchmark, pytest.mark.long]

EXACT = "onnxruntime fp32"
QUICK = "OpenVINO int8"
ABSENT = "a runtime from next year"


def absent(_settings: object) -> object:
    raise MissingExtra("it is not out yet")


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    texts = tmp_path / "texts.jsonl"
    rows = [{"text": f"you {'nice ' * (n % 9)}idiot"} for n in range(39)]
    rows.append({"text": "you nice day " * 30 + "idiot"})  # of several windows
    texts.write_text("\n".join(map(json.dumps, rows)))
    ways = {name: SETUPS[name] for name in (ONE_BY_ONE, EXACT, QUICK)}
    monkeypatch.setattr(local, "SETUPS", {**ways, ABSENT: LocalSetup(ABSENT, absent)})  # type: ignore[arg-type]
    monkeypatch.setattr(local, "ROUND_S", 0.02)
    monkeypatch.setattr(local, "SINGLES", 5)
    monkeypatch.setattr(local, "int8_rate", lambda _lanes, _now_s: 1e12)
    monkeypatch.setenv("MODCONSOLE_MODEL", str(make_own_folder(tmp_path / "model")))
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    out = tmp_path / "local.json"
    assert main(["bench", "local", "--file", str(texts), "--json", str(out)]) == 0
    found: dict[str, object] = json.loads(out.read_text())
    return found


def test_every_way_has_its_row_or_its_reason(result: dict[str, object]) -> None:
    rows = {row["way"]: row for row in result["rows"]}  # type: ignore[attr-defined]
    assert list(rows) == [ONE_BY_ONE, EXACT, QUICK]
    assert len({tuple(row) for row in rows.values()}) == 1, "every row has the same columns"
    assert result["not_run"] == f"{ABSENT}: it is not out yet"
    assert (result["comments"], result["model_version"]) == (40, "tiny-1")
    for row in rows.values():
        assert row["comments/s"] > 0
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["peak_mb"] > 20
        assert row["cold_start_s"] > 0
        assert 1 <= row["scored"] <= 40
    assert rows[ONE_BY_ONE]["times_one_by_one"] == 1.0
    assert rows[EXACT]["largest_difference"] < 1e-3
    assert rows[ONE_BY_ONE]["largest_difference"] < 1e-3, "the pipeline gives the same answers"
    assert 0 < rows[QUICK]["largest_difference"] < 0.1
    assert result["best"] in rows
    assert result["ceiling_int8_gop_per_s"] == 1000
    assert result["ceiling_share_of_best"] >= 0
