"""`modconsole bench explain`, on a little."""

from pathlib import Path

import pytest

from core.benchmarks import explain as bench
from core.benchmarks.rationales import MarkedText
from core.config import Settings

pytestmark = pytest.mark.benchmark

ENGLISH = "Good morning, you idiot."
GERMAN = "Guten Morgen, du Idiot, und einen schönen Tag noch."


@pytest.mark.parametrize("text", [ENGLISH, GERMAN])
def test_a_text_is_explained_whatever_language_it_looks_like(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An English text without some of its words may look like another language."""
    marked = MarkedText(text, ((0, 5),))
    monkeypatch.setattr(bench, "read_rationales", lambda *_: [marked] * 4)
    monkeypatch.setattr(bench, "LENGTHS", (5,))
    monkeypatch.setattr(bench, "TIMED", 2)
    report = bench.run(Settings(home=tmp_path, backend="fake"), lambda _: None, tmp_path)
    assert [each["texts"] for each in report["latency"]] == [2]
    assert {each["data_set"]: each["texts"] for each in report["faithfulness"]} == dict.fromkeys(
        bench.SETS, 4
    )
