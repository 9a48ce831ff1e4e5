"""`modconsole doctor`: one line per check, advice, and no secrets."""

import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.bootstrap.runtimes import fastest_runtime
from core.cli.main import main
from core.cli.output import ExitCode
from core.clock import Clock
from core.config import Settings
from core.doctor import installation
from core.doctor.channels import check_channels
from core.doctor.checks import CheckState
from core.doctor.installation import check_languages, check_packages, check_scoring
from core.doctor.keys import check_keys
from core.doctor.machine import check_memory, check_processor
from core.doctor.runtimes import check_runtimes
from core.doctor.site import check_home, check_ports, check_settings, check_state
from core.inference.local.fastest import LocalRuntime
from core.inference.local.measuring import RuntimeRun
from core.inference.manifest import read_manifest
from core.processes.ports import free_port
from core.serving.api_keys import KeyFolder
from core.store.sql.migrate import HEAD

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
    assert "chosen by the processor's features" in check_scoring(settings).fact
    fastest_runtime(settings)
    assert "openvino fp32 is the fastest: its scores are the ref" in check_scoring(settings).fact
    slower = check_scoring(replace(settings, backend="onnx"))
    assert slower.state is CheckState.COULD_BE_BETTER
    assert "leave MODCONSOLE_BACKEND out" in slower.advice
    fixed = check_scoring(replace(settings, backend="onnx", precision="fp32"))
    assert "set by MODCONSOLE_BACKEND" in fixed.fact
    unknown = check_scoring(replace(settings, model="/no/such/model", backend="onnx"))
    assert unknown.state is CheckState.STOPS_THE_CONSOLE


def test_runtimes_are_shown_the_fastest_first_with_what_kept_others_out(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (before,) = check_runtimes(settings)
    assert "not measured yet" in before.fact
    assert not before.advice
    measured = {
        "openvino fp32": RuntimeRun(LocalRuntime("openvino", "fp32"), pass_s=[1.0]),
        "onnx int8": RuntimeRun(LocalRuntime("onnx", "int8"), pass_s=[0.5]),
    }

    def measure(
        folder: Path, runtimes: Sequence[LocalRuntime], texts: Sequence[str]
    ) -> list[RuntimeRun]:
        stopped = "stopped: over 3 times slower"
        runs = [measured.get(str(each), RuntimeRun(each, problem=stopped)) for each in runtimes]
        for run in runs:
            run.scores = [[0.0] * len(read_manifest(folder).labels) for _ in texts]
        return runs

    now = datetime(2026, 11, 27, tzinfo=UTC)
    seconds = iter([1.0, 4.4])
    clock = Clock(now=lambda: now, monotonic=lambda: next(seconds))
    fastest_runtime(settings, measure=measure, clock=clock)
    (found,) = check_runtimes(settings)
    assert found.state is CheckState.OK
    assert found.fact.startswith(
        "measured on 27 November 2026 in 3.4 s, as multiples of openvino fp32: onnx int8 2.00; "
        "openvino fp32 1.00; "
    )
    assert "openvino bf16 (stopped: over 3 times slower)" in found.fact
    assert f"delete {tmp_path}/runtimes.json" in found.advice
    assert check_runtimes(replace(settings, backend="onnx", precision="fp32")) == []
    assert check_runtimes(replace(settings, backend="fake")) == []


def test_the_report_measures_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    main(["doctor"])
    assert list(tmp_path.iterdir()) == []


def test_settings_are_named_and_no_secret_is_shown() -> None:
    found = check_settings(
        {
            "MODCONSOLE_HACKERNEWS_URL": "https://user:secret@example.com",
            "MODCONSOLE_BACKEND": "onnx",
            "MODCONSOLE_API_PORT": "8100",
            "MODCONSOLE_SMTP_PASSWORD": "123456",
            "OPENAI_API_KEY": "secret",
        }
    )
    assert found.fact == (
        "MODCONSOLE_API_PORT=8100, MODCONSOLE_BACKEND=onnx, MODCONSOLE_HACKERNEWS_URL=(set), "
        "MODCONSOLE_SMTP_PASSWORD=(set)"
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


WEBHOOK = {"webhook_url": "https://site.example/hooks?token=1", "webhook_secret": "whsec_x"}
MAIL = {"smtp_host": "mail.example", "smtp_from": "a@b", "smtp_to": "c@d"}


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        (WEBHOOK, CheckState.OK, "webhook; `modconsole outbox list`"),
        (WEBHOOK | MAIL, CheckState.OK, "webhook, email;"),
        (WEBHOOK | {"webhook_url": "http://site.example"}, CheckState.COULD_BE_BETTER, "read it"),
        (WEBHOOK | {"webhook_url": "http://127.0.0.1:1/x"}, CheckState.OK, "webhook"),
        (MAIL | {"smtp_security": "none"}, CheckState.COULD_BE_BETTER, "read it"),
        (MAIL | {"smtp_security": "none", "smtp_host": "127.0.0.1"}, CheckState.OK, "email"),
    ],
)
def test_channels_are_named_without_their_addresses(given, state, words) -> None:
    (found,) = check_channels(Settings(**given))
    assert found.state is state
    assert words in found.fact
    for hidden in ("token", "whsec", "site.example", "mail.example"):
        assert hidden not in found.fact + found.advice


def test_a_file_among_the_keys_that_opens_nothing_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert check_keys(settings) == []
    secret = KeyFolder(settings.api_keys_dir).create("site", datetime.now(UTC))
    assert check_keys(settings) == []
    for number in range(5):
        (settings.api_keys_dir / f"bad{number}.json").write_text("17")
    (found,) = check_keys(settings)
    assert found.state is CheckState.COULD_BE_BETTER
    assert "api-keys/bad0.json is not a key: it holds no JSON object" in found.fact
    assert found.fact.endswith("and 2 more")
    assert "modconsole key create" in found.advice
    assert secret not in found.fact


def test_a_site_without_a_channel_has_no_line_about_it() -> None:
    assert check_channels(Settings()) == []


@pytest.mark.parametrize(
    ("version", "state", "said"),
    [
        ("0001", CheckState.COULD_BE_BETTER, f"changes it from schema 0001 to {HEAD}"),
        ("9999", CheckState.STOPS_THE_CONSOLE, "is of a newer version"),
        (HEAD, None, ""),
    ],
)
def test_what_the_next_start_does_to_the_tables_is_said_before(
    tmp_path: Path, version: str, state: CheckState | None, said: str
) -> None:
    settings = Settings(home=tmp_path)
    with closing(sqlite3.connect(settings.state_path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        connection.commit()
    found = check_state(settings)
    assert [each.state for each in found] == ([] if state is None else [state])
    assert all(said in each.fact for each in found)
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]
