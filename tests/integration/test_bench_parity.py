"""`modconsole bench parity`: real commands, real sockets, its text and its JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.moderation.scores import Label
from core.parity.kept import ComparisonFolder
from core.processes.ports import free_port
from tests.contract.remote_configs import LABELS, declare
from tests.contract.remote_server import (
    KEY,
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    scores_of,
    softmax_of,
)
from tests.policies import FIXED, fixed_policy

pytestmark = pytest.mark.benchmark


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console that was never started, with a file of backends."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MODCONSOLE_HOME", str(folder))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setattr("core.benchmarks.parity.default_policy", fixed_policy)
    return folder


@pytest.fixture
def server() -> Iterator[RemoteServer]:
    with RemoteServer() as running:
        yield running


def comments(folder: Path, count: int = 60) -> Path:
    words = ("idiot", "moron", "damn", "kill", "vermin", "lovely")
    path = folder / "comments.jsonl"
    rows = ({"id": f"c{n}", "text": f"{words[n % 6]} number {n}"} for n in range(count))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def bench(tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    out = tmp_path / "report.json"
    code = main(["bench", "parity", "--json", str(out), *more])
    return code, json.loads(out.read_text()) if out.exists() else {}


def test_declared_backends_are_compared_with_the_one_set(
    home: Path, server: RemoteServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def lower(asked: ReceivedRequest) -> ServerAnswer | None:
        if not asked.path.startswith("/json"):
            return None
        rows = [scores_of(text) for text in asked.body["payload"]["comments"]]
        return ServerAnswer(
            {"data": {"results": [{"found": {k: v**5 for k, v in r.items()}} for r in rows]}}
        )

    server.override = lower
    declare(
        home,
        leaving={"kind": "perspective", "url": f"{server.url}/perspective"},
        milder={"kind": "json", "url": f"{server.url}/json"},
        gone={"kind": "tei", "url": f"http://127.0.0.1:{free_port()}", "attempts": 1},
    )
    code, report = bench(tmp_path, "--file", str(comments(tmp_path)))
    text = capsys.readouterr().out
    assert code == 0
    assert report["reference"]["backend"] == "fake"
    leaving, milder = report["pairs"]
    assert (leaving["cause"], leaving["decisions_changed"]) == ("same", 0)
    assert milder["decisions_changed"] > 0
    assert milder["decisions_changed_with_mapped_thresholds"] == 0
    assert report["not_compared"].keys() == {"gone"}
    assert "31 December 2026" in report["notices"]["leaving"]
    assert list(home.iterdir()) == [home / "backends.toml"], "measuring makes no console"
    assert "60 comments (file comments.jsonl), policy 1." in text
    assert "fake → milder (json, json)" in text
    assert "31 December 2026" in text
    assert "gone could not be compared: gone could not be reached" in text
    assert f"with the same thresholds {milder['decisions_changed']}, with mapped ones 0." in text
    assert "  Reached by none or all, so not mapped: " in text
    hold = FIXED[Label.INSULT][0]
    low, high = 0.02, 0.95  # what the fake backend gives, on either side of it
    there = low**5 + (hold - low) / (high - low) * (high**5 - low**5)
    assert f"    insult           hold     {hold:.4f} → {there:.4f}  (" in text
    assert report["comment_ids"][milder["flips"][0]["row"]] in text
    assert "number 1" not in text + json.dumps(report), "no comment's text"


def test_softmax_that_is_declared_is_told_by_name(
    home: Path, server: RemoteServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def softmaxed(asked: ReceivedRequest) -> ServerAnswer | None:
        rows = []
        for text in asked.body["payload"]["comments"]:
            odds = {name: p / (1 - p) for name, p in scores_of(text).items()}
            rows.append({"found": {name: odd / sum(odds.values()) for name, odd in odds.items()}})
        return ServerAnswer({"data": {"results": rows}})

    server.override = softmaxed
    declare(
        home, flat={"kind": "json", "url": server.url, "activation": "softmax", "labels": LABELS}
    )
    code, report = bench(tmp_path, "--file", str(comments(tmp_path)), "--backends", "fake", "flat")
    assert code == 0
    assert report["pairs"][0]["cause"] == "softmax"
    assert "(softmax) where each label should stand alone" in capsys.readouterr().out


def test_softmax_that_is_not_declared_is_refused_with_its_reason(
    home: Path, server: RemoteServer, tmp_path: Path
) -> None:
    server.override = lambda asked: ServerAnswer(
        {
            "data": {
                "results": [
                    {"found": softmax_of(text)} for text in asked.body["payload"]["comments"]
                ]
            }
        }
    )
    declare(home, flat={"kind": "json", "url": server.url})
    code, report = bench(tmp_path, "--file", str(comments(tmp_path)))
    assert code == 0
    assert "as a softmax does" in report["not_compared"]["flat"]


def test_stored_comments_are_compared_under_the_policy_in_force(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", str(comments(tmp_path))]) == 0
    assert main(["score"]) == 0
    capsys.readouterr()
    state = (home / "state.db").read_bytes()
    code, report = bench(tmp_path, "--backends", "fake", "onnx")
    assert code == 0
    assert (report["comments"], report["comments_from"]) == (60, "stored comments")
    assert report["pairs"][0]["model_version"].startswith("minilm-toxicity")
    assert set(report["comment_ids"]) == {f"c{n}" for n in range(60)}
    assert (home / "state.db").read_bytes() == state
    (kept,) = ComparisonFolder(home / "comparisons").read()
    assert (kept.reference, kept.backend, kept.compared) == ("fake", "onnx", 60)
    assert kept.changed == report["pairs"][0]["decisions_changed"]


def test_bundled_sample_serves_where_nothing_is_stored(home: Path, tmp_path: Path) -> None:
    code, report = bench(tmp_path, "--backends", "fake", "onnx", "--comments", "50")
    assert code == 0
    assert report["comments"] == len(report["scores"]["fake"]["toxicity"]) == 50
    assert report["comments_from"].startswith("bundled sample, 50 of ")
    assert not (home / "comparisons").exists(), "a benchmark makes no home"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bench", "parity"], "name them with --backends"),
        (["bench", "parity", "--backends", "fake"], "name them with --backends"),
        (["bench", "parity", "--backends", "nobody", "fake"], "No backend is called 'nobody'"),
        (["bench", "parity", "--backends", "fake", "auto", "--comments", "49"], "50 to 500"),
        (["bench", "parity", "--backends", "fake", "auto", "--file", "/no/x.csv"], "x.csv"),
        (["bench", "pipeline", "--backends", "fake"], "takes no --backends"),
    ],
)
def test_misuse_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert [line for line in error.splitlines() if line.startswith("modconsole: ")]


def test_unreadable_backends_file_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "backends.toml").write_text("[[backend")
    assert main(["bench", "parity"]) == 2
    assert "is not valid TOML" in capsys.readouterr().err
