"""The web function of docs/tables.md, on a local server of Modal's shape, scores a table."""

import json
import re
import runpy
import sys
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from core.cli.main import main
from tests.integration.prediction_tables import put_comments, rows_of
from tests.loopback import LoopbackServer

DOCS = Path(__file__).parents[2] / "docs"


def plain_modal() -> ModuleType:
    """What the example uses of the package `modal`: decorators that leave their object as it is."""
    module: Any = ModuleType("modal")

    def unchanged(*_: object, **__: object) -> Callable[[Any], Any]:
        return lambda decorated: decorated

    image = SimpleNamespace(pip_install=lambda *_: None)
    module.Image = SimpleNamespace(debian_slim=lambda: image)
    module.App = lambda *_, **__: SimpleNamespace(cls=unchanged)
    module.enter = module.fastapi_endpoint = unchanged
    return module


def classify(texts: Sequence[str], **_: object) -> list[list[dict[str, object]]]:
    """As a pipeline of transformers answers with `top_k=None`."""
    return [
        [
            {"label": "toxic", "score": 0.9 if re.search("idiot|kill", text) else 0.01},
            {"label": "severe_toxic", "score": 0.01},
            {"label": "obscene", "score": 0.01},
            {"label": "threat", "score": 0.9 if "kill" in text else 0.01},
            {
                "label": "insult",
                "score": 0.95 if "idiot" in text else 0.3 if "kill" in text else 0.01,
            },
            {"label": "identity_hate", "score": 0.01},
        ]
        for text in texts
    ]


class ModalServer(LoopbackServer):
    """First sends the caller elsewhere with status 303, as Modal does with what takes long."""

    def __init__(self, score: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.score = score
        self.sizes: list[int] = []
        self.answers: list[bytes] = []
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server._lock:
                    server.sizes.append(len(request["texts"]))
                    server.answers.append(json.dumps(server.score(request)).encode())
                    at = len(server.answers) - 1
                self.send_response(303)
                self.send_header("Location", f"/result/{at}")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                body = server.answers[int(self.path.rpartition("/")[2])]
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def test_the_example_scores_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "modal", plain_modal())
    scorer = runpy.run_path(str(DOCS / "examples" / "modal_app.py"))["Toxicity"]()
    scorer.classify = classify
    found = re.findall(r"```toml\n(.*?)```", (DOCS / "tables.md").read_text(), re.DOTALL)
    (declared,) = [one for one in found if "[[backend]]" in one]
    path = tmp_path / "hn.duckdb"
    put_comments(path, dict.fromkeys(range(300), "Fine.") | {7: "You idiot."})
    with ModalServer(scorer.score) as server:
        (tmp_path / "backends.toml").write_text(
            re.sub(r'url = ".*"', f'url = "{server.url}"', declared)
        )
        monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
        monkeypatch.setenv("MODCONSOLE_BACKEND", "modal")
        code = main(["score", str(path), "--table", "comments", "--out", str(path)])
        assert (code, capsys.readouterr().err) == (0, "")
    assert 256 in server.sizes
    found = "SELECT id, toxicity, insult, severe_toxicity, action FROM predictions WHERE id = 7"
    assert rows_of(path, found) == [(7, 0.9, 0.95, 0.01, "hold")]
    assert rows_of(path, "SELECT count(*) FROM predictions WHERE action = 'approve'") == [(299,)]


def test_the_example_has_about_twenty_lines() -> None:
    lines = (DOCS / "examples" / "modal_app.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 20
