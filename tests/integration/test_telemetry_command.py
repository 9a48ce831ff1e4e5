"""`modconsole logs export`, and `logs compact` beside it."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.telemetry import open_collector
from core.cli.main import main
from core.errors import MissingExtra
from tests.integration.telemetry_calls import export, segment
from tests.otlp_collector import OtlpCollector
from tests.servinglog_records import record


def test_the_archive_leaves_what_was_not_sent(
    home: Path, collector: OtlpCollector, capsys: pytest.CaptureFixture[str]
) -> None:
    segment(home, record("r1"))
    export(home)
    late = segment(home, record("r2"), name="a-1-1-1.jsonl")
    assert main(["logs", "compact"]) == 0
    assert "a-1-1-1.jsonl waits for `logs export`" in capsys.readouterr().err
    assert late.exists()
    export(home)
    assert main(["logs", "compact"]) == 0
    assert not late.exists()
    assert len(collector.spans) == 2


@pytest.mark.parametrize("old", ["lock", "segment"])
def test_the_archive_waits_a_day_at_most(home: Path, collector: OtlpCollector, old: str) -> None:
    export(home)
    late = segment(home, record("r1"))
    path = home / "telemetry" / "lock" if old == "lock" else late
    past = path.stat().st_mtime - 2 * 86_400
    os.utime(path, (past, past))
    assert main(["logs", "compact"]) == 0
    assert not late.exists()


def test_the_command_needs_an_address(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert main(["logs", "export"]) == 2
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["logs", "export", "id"], "takes only --every"),
        (["logs", "upload", "--every", "3"], "--every goes with `logs export`"),
    ],
)
def test_wrong_use_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_command_says_what_was_sent_and_what_waits(
    home: Path, collector: OtlpCollector, capsys: pytest.CaptureFixture[str]
) -> None:
    segment(home, record("r1"))
    collector.status = 400
    assert main(["logs", "export"]) == 1
    assert "1 segments wait for the next time" in capsys.readouterr().err
    collector.status = 200
    assert main(["logs", "export"]) == 0
    assert capsys.readouterr().out == (
        "1 segments with 1 calls and 0 refused requests were sent.\n"
    )


def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.servinglog.telemetry.collector", None)
    with pytest.raises(MissingExtra, match=r"moderation-console\[opentelemetry\]"):
        open_collector()


@pytest.mark.slow
def test_it_goes_on_until_it_is_stopped(home: Path, collector: OtlpCollector) -> None:
    segment(home, record("r1"))
    command = [sys.executable, "-m", "core.cli", "logs", "export", "--every", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("1 segments with 1 calls")
        segment(home, record("r2", at_s=timedelta(minutes=1).total_seconds()), name="b-1-1-0.jsonl")
        while not (line := process.stdout.readline()).startswith("1 segments"):
            assert line.startswith("0 segments")
        process.terminate()
        assert process.wait(60) == 0
    assert len(collector.spans) == 2
