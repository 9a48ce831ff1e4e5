"""`logs import`: what enters the serving log, once however often a file is imported."""

import gzip
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.cli.main import main
from core.servinglog.record import Mode
from core.servinglog.traffic_filter import LIVE_TRAFFIC, Traffic
from dashboard.serving_log import default_modes
from tests.log_import_lines import LINES
from tests.log_imports import ALL, START, queries, run, write
from tests.servinglog_records import put, record

ROOT = Path(__file__).parents[2]
RAY = "INFO 2026-11-01 12:00:{:02},000 default_Toxicity 8k2 {} -- POST /score {} {}ms\n"
NGINX = '1.2.3.4 - - [01/Nov/2026:12:{:02}:00 +0000] "POST {} HTTP/1.1" {} 9 "-" "curl" {}\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def ray(count: int, start: int = 0) -> list[str]:
    return [RAY.format(n % 60, f"r{n}", 200, 10 + n) for n in range(start, start + count)]


@pytest.mark.parametrize("kind", sorted({row[1].name for row in LINES if row[1].has_latency}))
def test_each_format_enters_the_log(home: Path, tmp_path: Path, kind: str) -> None:
    rows = [row for row in LINES if row[1].name == kind and row[1].has_latency]
    if kind == "otlp":  # the others are of the same span
        rows = rows[:1]
    if kind == "access":
        rows = [row for row in rows if row[0].startswith("nginx")]
    calls = [row for row in rows if row[3] is not None and row[3].get("total_ms", 0) is not None]
    file = write(tmp_path, "any.log", *(f"{row[2]}\n" for row in rows))
    assert run(file, "--zone", "UTC") in (0, 1)
    summary = queries(home).summary(ALL)
    assert summary.calls == len(calls)
    assert summary.errors == sum(row[3].get("error_kind") is not None for row in calls)
    assert {one.mode for one in queries(home).series_names()} == {Mode.IMPORT}
    contents = queries(home).contents(ALL.until)
    assert (contents.unreadable, contents.duplicates) == (0, 0)


def test_phases_ids_and_times_are_those_of_the_line(home: Path, tmp_path: Path) -> None:
    line = RAY.format(5, "5f0c-1", 200, 12.3)
    assert run(write(tmp_path, "ray.log", line), "--zone", "Europe/Berlin") == 0
    (call,) = queries(home).find("5f0c-1").calls
    assert call.started_at == START - timedelta(hours=1) + timedelta(seconds=5, milliseconds=-12.3)
    assert (call.total_ms, call.backend, call.mode) == (12.3, "ray_serve replica", "import")
    assert (call.queue_ms, call.tokens, call.error_kind) == (None, None, None)
    assert (call.model_version, call.location) == ("unknown", "remote")


def test_preview_writes_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "ray.log", *ray(3), "another line\n")
    assert run(file, "--zone", "UTC", "--preview") == 0
    printed = capsys.readouterr().out
    assert "Ray Serve (3 of the first 4 lines have its form)" in printed
    assert "unit      each duration is in ms" in printed
    assert "3 (3 answered, 0 failed), in 4 lines; 1 about something else" in printed
    assert "2026-11-01T11:59:59.990+00:00  ray_serve replica  10 ms  answered" in printed
    assert not (home / "serving-log").exists()
    assert not (home / "log-imports").exists()


def test_import_again_adds_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "ray.log", *ray(3))
    packed = tmp_path / "other-name.log.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert run(file, "--zone", "UTC") == 0
    before = sorted((home / "serving-log").iterdir())
    for again in (file, packed):
        assert run(again, "--zone", "UTC") == 0
        assert "Nothing was added" in capsys.readouterr().out
    assert sorted((home / "serving-log").iterdir()) == before
    assert queries(home).summary(ALL).calls == 3


def test_file_that_grew_adds_what_is_new(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "ray.log", *ray(3), RAY.format(3, "r3", 200, 13)[:-6])
    assert run(file, "--zone", "UTC") == 0
    assert "line 4 has no end" in capsys.readouterr().out
    write(tmp_path, "ray.log", *ray(7))
    assert run(file, "--zone", "UTC") == 0
    printed = capsys.readouterr().out
    assert "its first 3 lines were imported" in printed
    assert "4 calls were added" in printed
    assert queries(home).summary(ALL).calls == 7
    assert queries(home).contents(ALL.until).duplicates == 0


def test_file_that_overlaps_another_counts_each_line_once(home: Path, tmp_path: Path) -> None:
    assert run(write(tmp_path, "a.log", *ray(8)), "--zone", "UTC") == 0
    assert run(write(tmp_path, "b.log", *ray(8, start=5)), "--zone", "UTC") == 0
    assert run(write(tmp_path, "c.log", *ray(4), *ray(4)), "--zone", "UTC") == 0
    assert queries(home).summary(ALL).calls == 13


def test_same_lines_within_one_time_are_several_calls(home: Path, tmp_path: Path) -> None:
    line = NGINX.format(0, "/score", 200, "0.118")
    file = write(tmp_path, "a.log", line * 3, NGINX.format(1, "/score", 200, "0.118"))
    assert run(file) == 0
    assert queries(home).summary(ALL).calls == 4


def test_same_file_in_another_way_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        tmp_path, "a.csv", "ts,took\n", *(f"2026-11-01T12:00:0{n}Z,41\n" for n in range(9))
    )
    assert run(file, "--unit", "ms") == 0
    assert run(file, "--unit", "s") == 2
    assert "would count twice" in capsys.readouterr().err
    assert queries(home).summary(ALL).p50 == 41


KILLED = """
import os, sys
from core.cli.main import main
from core.servinglog.importing.segments import ImportedSegments
ImportedSegments.publish = lambda _: os._exit(9)  # the lines are written, and not shown yet
main(["logs", "import", sys.argv[1], "--zone", "UTC"])
"""


@pytest.mark.slow
def test_killed_import_shows_nothing_and_can_be_done_again(home: Path, tmp_path: Path) -> None:
    file = write(tmp_path, "ray.log", *ray(3))
    killed = subprocess.run([sys.executable, "-c", KILLED, file], check=False, cwd=ROOT)
    assert killed.returncode == 9
    assert list((home / "serving-log").glob("*.part"))
    assert queries(home).summary(ALL).calls == 0
    assert queries(home).contents(ALL.until).problems == ()
    assert run(file, "--zone", "UTC") == 0
    assert queries(home).summary(ALL).calls == 3
    assert not list((home / "serving-log").glob("*.part"))


def test_uvicorn_is_counted_and_adds_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = 'INFO:     1.2.3.4:5 - "POST /classify?k=1 HTTP/1.1" {}\n'
    file = write(tmp_path, "u.log", *(line.format(s) for s in ("200 OK", "200 OK", "503 Busy")))
    assert run(file) == 0
    printed = capsys.readouterr().out
    assert "3 (2 answered, 1 failed: backend 1)" in printed
    assert "POST /classify 3" in printed
    assert "uvicorn logs no latency" in printed
    assert "Nothing was added: this log has no durations" in printed
    assert queries(home).summary(ALL).calls == 0


def test_path_leaves_other_requests_out(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [NGINX.format(n, "/health" if n % 2 else "/score", 200, "0.118") for n in range(20)]
    assert run(write(tmp_path, "a.log", *rows), "--path", "/score") == 0
    assert "10 left out by --path" in capsys.readouterr().out
    assert queries(home).summary(ALL).calls == 10


def test_imported_calls_enter_no_live_figure(home: Path, tmp_path: Path) -> None:
    assert run(write(tmp_path, "ray.log", *ray(3)), "--zone", "UTC") == 0
    log = queries(home)
    assert default_modes(log.series_names()) == ["import"]
    put(home / "serving-log", record())
    assert default_modes(log.series_names()) == ["realtime"]
    assert "import" in {one.mode for one in log.series_names()}
    assert log.summary(ALL, LIVE_TRAFFIC).calls == 1
    assert [one.backend for one in log.last_seen(ALL.since)] == ["onnx"]
    frame = log.slowest(ALL, Traffic(modes=("import",)))
    assert frame["chars"].isna().all()


def test_several_files_and_one_that_is_wrong(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path, "a.log", *ray(3))
    bad = write(tmp_path, "b.log", "prose of no form\n")
    assert run(good, bad, "--zone", "UTC") == 2
    assert "b.log: not sure what it is" in capsys.readouterr().err
    assert queries(home).summary(ALL).calls == 3


def test_what_is_kept_is_for_this_account_only(home: Path, tmp_path: Path) -> None:
    assert run(write(tmp_path, "a.log", *ray(3)), "--zone", "UTC") == 0
    kept = [*(home / "log-imports").iterdir(), *(home / "serving-log").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


@pytest.mark.parametrize("order", ["fza", "zfa", "zaf", "faz"])
def test_flags_and_files_in_any_order(home: Path, tmp_path: Path, order: str) -> None:
    parts = {
        "f": [write(tmp_path, "a.log", *ray(3))],
        "a": [write(tmp_path, "b.log", *ray(3, start=3))],
        "z": ["--zone", "UTC"],
    }
    assert run(*(word for letter in order for word in parts[letter])) == 0
    assert queries(home).summary(ALL).calls == 6


def test_flag_that_is_not_there_is_no_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(write(tmp_path, "a.log", *ray(3)), "--zones", "UTC")
    assert "unrecognized arguments: --zones" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["import"], "needs a FILE"),
        (["import", "x", "--again"], "go with `logs upload`"),
        (["find", "x", "--preview"], "go with `logs import`"),
        (["upload", "--zone", "UTC"], "go with `logs import`"),
        (["import", "x", "--map", "time"], "--map is WHAT=COLUMN"),
        (["import", "x", "--backend", "a\nb"], "printable"),
        (["import", "x", "--format", "prometheus"], "two snapshots"),
    ],
)
def test_flags(
    home: Path, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logs", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_log_of_kserve_is_that_also_among_lines_of_uvicorn(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = "2026-11-29 09:45:17"
    file = write(
        tmp_path,
        "kserve.log",
        f'{at}.033 uvicorn.access INFO:     1.2.3.4:5 3 - "POST /v1 HTTP/1.1" 200 OK\n',
        f"{at}.034 3 kserve.trace kserve.io.v1.models.tox:predict: 0.159 ['time:wall']\n",
        f"{at}.119 3 kserve.trace requestId: rq2, preprocess_ms: 0.018119812, explain_ms: 0, "
        "predict_ms: 20.161628723, postprocess_ms: 0.022888184\n",
        f'{at}.120 uvicorn.access INFO:     1.2.3.4:5 3 - "POST /v1 HTTP/1.1" 200 OK\n',
    )
    assert run(file, "--zone", "UTC") == 0
    assert "KServe (1 of the first 4 lines" in capsys.readouterr().out
    assert queries(home).summary(ALL).calls == 1


def test_zone_of_times_that_have_one_makes_no_difference(home: Path, tmp_path: Path) -> None:
    line = NGINX.format(0, "/score", 200, "0.118")
    file = write(tmp_path, "a.log", line)
    assert run(file, "--zone", "UTC") == 0
    write(tmp_path, "a.log", line, NGINX.format(1, "/score", 200, "0.118"))
    assert run(file) == 0
    assert queries(home).summary(ALL).calls == 2
