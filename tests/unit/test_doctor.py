"""`modconsole doctor`: one line per check, advice, and no secrets."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.config import Settings
from core.doctor import installation
from core.doctor.checks import CheckState
from core.doctor.installation import check_languages, check_packages, check_scoring
from core.doctor.machine import check_memory, check_processor
from core.doctor.site import check_home, check_ports, check_settings
from core.processes.ports import free_port

OLD = "model name\t: Old Processor\nflags\t\t: sse2 avx avx2\n"
NEW = "model name\t: New Processor\nflags\t\t: avx2 avx512_vnni amx_bf16\n"


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        (OLD, CheckState.COULD_BE_BETTER, "Old Processor"),
        (OLD, CheckState.COULD_BE_BETTER, "neither VNNI nor AMX"),
        (NEW, CheckState.OK, "exact int8 products (VNNI) and bf16 matrix units (AMX)"),
        (None, CheckState.OK, "its features are not reported"),
    ],
)
def test_processor_is_named_with_what_it_is_quick_at(
    tmp_path: Path, content: str | None, state: CheckState, words: str
) -> None:
    file = tmp_path / "cpuinfo"
    if content is not None:
        file.write_text(content)
    found = check_processor(file)
    assert found.state is state
    assert words in found.fact
    assert bool(found.advice) is (state is not CheckState.OK)


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ("MemTotal: 24000000 kB\nMemAvailable: 20000000 kB\n", CheckState.OK),
        ("MemTotal: 2000000 kB\nMemAvailable: 600000 kB\n", CheckState.COULD_BE_BETTER),
        ("nothing of the kind", CheckState.OK),
    ],
)
def test_little_memory_is_said(tmp_path: Path, content: str, state: CheckState) -> None:
    file = tmp_path / "meminfo"
    file.write_text(content)
    assert check_memory(file).state is state
    assert check_memory(tmp_path / "none").state is CheckState.OK


def test_a_package_that_is_too_old_or_missing_stops_the_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_packages().state is CheckState.OK
    wanted = ["duckdb>=99", "no-such-package-at-all>=1", "ray>=99; extra == 'ray'"]
    monkeypatch.setattr(installation, "requires", lambda _name: wanted)
    found = check_packages()
    assert found.state is CheckState.STOPS_THE_CONSOLE
    assert "duckdb" in found.fact
    assert "no-such-package-at-all, not installed" in found.fact
    assert "ray" not in found.fact


def test_scoring_says_what_scores_and_why(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert "the fastest here" in check_scoring(settings).fact
    slower = check_scoring(replace(settings, backend="onnx"))
    assert slower.state is CheckState.COULD_BE_BETTER
    assert "OpenVINO" in slower.advice
    unknown = check_scoring(replace(settings, model="/no/such/model", backend="onnx"))
    assert unknown.state is CheckState.STOPS_THE_CONSOLE


def test_settings_are_named_and_no_secret_is_shown() -> None:
    found = check_settings(
        {
            "MODCONSOLE_HACKERNEWS_URL": "https://user:secret@example.com",
            "MODCONSOLE_BACKEND": "onnx",
            "MODCONSOLE_API_PORT": "8100",
            "OPENAI_API_KEY": "secret",
        }
    )
    assert found.fact == (
        "MODCONSOLE_API_PORT=8100, MODCONSOLE_BACKEND=onnx, MODCONSOLE_HACKERNEWS_URL=(set)"
    )


def test_a_home_that_is_a_file_stops_the_console(tmp_path: Path) -> None:
    assert check_home(Settings(home=tmp_path / "new" / "home")).state is CheckState.OK
    file = tmp_path / "file"
    file.write_text("")
    assert check_home(Settings(home=file)).state is CheckState.STOPS_THE_CONSOLE
    assert check_home(Settings(home=file / "below")).state is CheckState.STOPS_THE_CONSOLE


def test_a_port_of_another_program_stops_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = {name: free_port() for name in ("dashboard_port", "author_port", "api_port")}
    settings = Settings(home=tmp_path, **ports)
    assert {each.state for each in check_ports(settings)} == {CheckState.OK}
    monkeypatch.setattr("core.doctor.site.ANSWER_WITHIN_S", 0.2)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", ports["api_port"]))
        holder.listen()
        taken = check_ports(settings)[2]
    assert taken.state is CheckState.STOPS_THE_CONSOLE
    assert "MODCONSOLE_API_PORT" in taken.advice


def test_the_report_is_one_screen_and_its_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DASHBOARD", "AUTHOR", "API"):
        monkeypatch.setenv(f"MODCONSOLE_{name}_PORT", str(free_port()))
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["doctor"]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert lines[-1] == "Nothing keeps the console from starting."
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    assert main(["doctor"]) == ExitCode.WRONG_USE
    assert "can't start: home" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("languages", "state", "words"),
    [
        ("en", CheckState.OK, "expected: English; all are assessed"),
        ("en,de", CheckState.OK, "expected: English, German; all are assessed"),
        ("en,de,th", CheckState.COULD_BE_BETTER, "nothing assesses Thai"),
    ],
)
def test_expected_languages_that_nothing_assesses_are_named(
    tmp_path: Path, languages: str, state: CheckState, words: str
) -> None:
    (tmp_path / "backends.toml").write_text(
        '[[backend]]\nname = "german"\nkind = "console"\nurl = "http://127.0.0.1:9"\n'
        'languages = ["de"]\n'
    )
    found = check_languages(Settings(home=tmp_path, languages=languages))
    assert found.state is state
    assert words in found.fact
    assert ('languages = ["th"]' in found.advice) is (state is not CheckState.OK)
