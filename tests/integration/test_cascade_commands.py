"""`cascade calibrate` and `cascade status`: their output and the stored calibration."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.cli.main import main
from core.inference.cascade.calibration import read_calibration
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.writer import SegmentWriter
from tests.factories import CLEAN, make_services, posted, scored
from tests.integration.stub_cascade import NOW, calibrated, console


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("MODCONSOLE_CASCADE_MISSED_SHARE", "0.05")
    return tmp_path


def fill(home: Path, texts: Sequence[str]) -> None:
    services = make_services(home)
    for text in texts:
        posted(services, text)
    scored(services, CLEAN)
    services.close()


def test_command_calibrates_on_stored_comments_and_status_shows_it(
    home: Path, stub_first_stage: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(home, [f"you moron number {n}" for n in range(60)])
    assert main(["cascade", "calibrate"]) == 0
    said = capsys.readouterr().out
    assert "61 distinct comments (stored comments), 60 of them flagged by fake-1" in said
    assert "miss 0 flags: at most 4.87% of all flags" in said
    assert "MODCONSOLE_CASCADE=on puts it to work." in said
    found = read_calibration(home / "cascade.json")
    assert found is not None
    assert (found.flagged, found.missed) == (60, 0)
    assert main(["cascade", "status"]) == 0
    said = capsys.readouterr().out
    assert "MODCONSOLE_CASCADE is off." in said
    assert "No audit yet; 0 comments cleared since the calibration." in said


def test_command_reads_a_file_of_the_site(
    home: Path, stub_first_stage: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "own.csv"
    file.write_text("body\n" + "".join(f"you moron number {n}\n" for n in range(60)))
    assert main(["cascade", "calibrate", "--file", str(file), "--text-column", "body"]) == 0
    assert "60 distinct comments (own.csv)" in capsys.readouterr().out


def test_too_few_flags_leave_no_calibration(
    home: Path, stub_first_stage: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(home, ["you moron"])
    assert main(["cascade", "calibrate"]) == 2
    assert "takes 59 flagged comments. The cascade stays off." in capsys.readouterr().err
    assert not (home / "cascade.json").exists()
    assert main(["cascade", "status"]) == 0
    assert "scores everything: nothing was calibrated yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missed", "said"),
    [(0, "Too few audits yet"), (5, "Switch it off (MODCONSOLE_CASCADE=off)")],
)
def test_status_says_what_audits_found(
    home: Path, stub_first_stage: None, capsys: pytest.CaptureFixture[str], missed: int, said: str
) -> None:
    services = console(home)
    calibrated(services, made_at=NOW)
    log = SegmentWriter(services.settings.serving_log_dir, "test", services.clock)
    log.write(
        ServingRecord(
            request_id="r",
            started_at=NOW,
            mode=Mode.BATCH,
            backend="fake",
            model_version="fake-1",
            runtime="python",
            precision="fp64",
            location="in_process",
            batch_size=1000,
            chars=1,
            total_ms=1.0,
            first_stage_count=900,
            audit_count=20,
            audit_missed=missed,
            flag_count=30,
        )
    )
    services.close()
    assert main(["cascade", "status"]) == 0
    shown = capsys.readouterr().out
    assert f"900 cleared, 20 more audited, {missed} of those flagged" in shown
    assert said in shown
