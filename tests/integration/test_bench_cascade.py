"""`modconsole bench cascade` on the fake backend: its rows and its bound."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from core.benchmarks import cascade
from core.benchmarks.local_setups import ONE_BY_ONE, LocalSetup, Scores
from core.config import Settings
from core.errors import ConsoleError, MissingExtra
from core.inference.cascade.word_hashes import READ_CHARS
from core.inference.fake import LABELS
from core.moderation.scores import Label

pytestmark = pytest.mark.benchmark


class StubFirstStage:
    version = "stub-1"
    labels = LABELS

    def reads_whole(self, text: str) -> bool:
        return len(text) <= READ_CHARS

    def predict(self, texts: Sequence[str]) -> list[Mapping[Label, float]]:
        return [dict.fromkeys(LABELS, 0.15 if "you" in text else 0.01) for text in texts]


def pipeline(settings: Settings) -> Callable[[Sequence[str]], list[Scores]]:
    return lambda texts: [{} for _ in texts]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(cascade, "read_first_stage_of", lambda settings: StubFirstStage())
    monkeypatch.setattr(cascade, "SETUPS", {ONE_BY_ONE: LocalSetup(ONE_BY_ONE, pipeline)})
    return Settings(home=tmp_path, backend="fake", cascade_audit_share=1e-9)


def file_of(folder: Path, texts: Sequence[str]) -> Path:
    path = folder / "hn.jsonl"
    path.write_text(
        "".join(json.dumps({"id": str(n), "text": t}) + "\n" for n, t in enumerate(texts))
    )
    return path


TEXTS = [f"you moron {n}" if n % 10 == 0 else f"a fine day {n}" for n in range(300)]


def test_each_way_is_measured_and_the_bound_stands_beside_the_cascade(
    settings: Settings, tmp_path: Path
) -> None:
    table = cascade.run(settings, lambda line: None, file_of(tmp_path, TEXTS))
    once, every_5_min, every_minute = "each once", *cascade.NEW_EACH_POLL
    assert [(row["way"], row["traffic"]) for row in table["rows"]] == [
        ("full model, one by one", once),
        ("full model", once),
        ("with cascade", once),
        ("with cache", every_5_min),
        ("with cascade and cache", every_5_min),
        ("with cache", every_minute),
        ("with cascade and cache", every_minute),
    ]
    rows = {row["way"]: row for row in table["rows"] if row["traffic"] != every_minute}
    assert (table["comments"], table["flagged_by_full_model"]) == (300, 30)
    assert rows["with cascade"]["cleared_%"] == 90.0
    assert rows["with cascade"]["flags_missed"] == "0 of 30"
    assert rows["with cascade"]["bound_%"] == rows["with cascade and cache"]["bound_%"] == 9.5
    assert table["shows_the_promise"] is False
    assert rows["full model"]["bound_%"] == ""
    # 3 polls of 200, of which 284 different: 42 new in each after the first.
    assert rows["with cache"]["hit_%"] == round(100 * (1 - 284 / 600), 1)
    # 13 polls, of which 296 different.
    assert table["rows"][-1]["hit_%"] == round(100 * (1 - 296 / 2600), 1)
    assert rows["full model"]["hit_%"] == 0.0
    assert rows["full model"]["times_pipeline"] != ""


def test_polls_bring_the_newest_with_some_new_ones_each_time() -> None:
    texts = [str(n) for n in range(290)]
    found = cascade.polled(texts, 42)
    assert found[:200] == texts[:200]
    assert found[200:400] == texts[42:242]
    assert found[400:] == texts[84:284]
    assert cascade.polled(["a", "b"], 42) == ["a", "b"]


def test_pipeline_that_can_not_run_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(settings: Settings) -> Callable[[Sequence[str]], list[Scores]]:
        raise MissingExtra("needs torch")

    monkeypatch.setattr(cascade, "SETUPS", {ONE_BY_ONE: LocalSetup(ONE_BY_ONE, missing)})
    table = cascade.run(settings, lambda line: None, file_of(tmp_path, TEXTS))
    assert table["pipeline_one_by_one_per_s"] == "not measured: needs torch"
    assert table["rows"][0]["times_pipeline"] == ""


def test_comments_without_a_flag_bound_nothing(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="flags none of these comments"):
        cascade.run(settings, lambda line: None, file_of(tmp_path, ["a fine day"]))
