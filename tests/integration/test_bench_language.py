"""`modconsole bench language`: the table adds up, and uses the comments of a file."""

import json
from pathlib import Path

import pytest

from core.cli.main import main

pytestmark = pytest.mark.benchmark


def test_table_adds_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    comments, out = tmp_path / "english.csv", tmp_path / "out.json"
    comments.write_text(
        "text\nGood morning to you all.\nlol\nDas ist Deutsch und nicht Englisch.\n"
    )
    assert main(["bench", "language", "--file", str(comments), "--json", str(out)]) == 0
    table = json.loads(out.read_text())
    (english,) = table["english"]
    assert (english["count"], english["called_english_%"]) == (3, 33.33)
    assert (english["unsure_%"], english["called_foreign_%"]) == (33.33, 33.33)
    assert len(table["rows"]) == 4
    for row in table["rows"]:
        named = row["named_right_%"] + row["named_wrong_%"] + row["not_named_%"]
        assert named == pytest.approx(row["found_%"], abs=0.02)
        assert row["found_%"] > 50
