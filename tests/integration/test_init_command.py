"""`modconsole init` in a process of its own: asked, answered wrongly, cut short, asked again."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.environment import load_settings
from core.first_run.environment_file import read_environment_file
from core.first_run.questions import QUESTIONS
from tests.patience import PATIENT_S

GIVEN = ["", "The Nook", "https://appeals.example.org", "mods@example.org", "", "en,de", "de"]
ANSWERS = [*GIVEN, "Europe/Berlin", "400"]


def run_init(
    folder: Path, answers: list[str], file: str = "site.env", **more: str
) -> subprocess.CompletedProcess[str]:
    given = more or {"MODCONSOLE_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, "-m", "core.cli", "init", file],
        input="".join(f"{answer}\n" for answer in answers),
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": ":".join(sys.path), **given},
        timeout=PATIENT_S,
        check=False,
    )


def test_the_answers_are_settings_and_what_is_missing_is_said(tmp_path: Path) -> None:
    done = run_init(tmp_path, ANSWERS)
    assert (done.returncode, done.stderr) == (0, "")
    settings = load_settings(read_environment_file(tmp_path / "site.env"))
    assert (settings.site_name, settings.languages) == ("The Nook", "en,de")
    assert (settings.time_zone, settings.retention_days) == ("Europe/Berlin", 400)
    assert settings.rules_url == "none"
    assert f". {tmp_path}/site.env; modconsole up" in done.stdout
    missing = done.stdout.partition("Not set yet:")[2]
    assert "MODCONSOLE_SIGN_IN=oidc" in missing
    assert "MODCONSOLE_RULES_URL" in missing
    assert "MODCONSOLE_CONTACT" not in missing
    assert not (tmp_path / "home").exists(), "asking makes no home"


@pytest.mark.parametrize(
    ("answer", "home"),
    [("", "var"), ("data", "data"), ("/srv/nook", "/srv/nook"), ("~/nook", "me/nook")],
)
def test_the_home_is_written_from_the_root(tmp_path: Path, answer: str, home: str) -> None:
    done = run_init(tmp_path, [answer, *ANSWERS[1:]], HOME=str(tmp_path / "me"))
    assert done.returncode == 0
    found = read_environment_file(tmp_path / "site.env")["MODCONSOLE_HOME"]
    assert found == str(tmp_path / home)


@pytest.mark.parametrize("file", ["none/site.env", "none/at/all.env"])
def test_a_file_that_can_not_be_written_is_told_before_the_first_question(
    tmp_path: Path, file: str
) -> None:
    done = run_init(tmp_path, ANSWERS, file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't be written: there is no folder" in done.stderr


def test_an_address_without_encryption_is_asked_again(tmp_path: Path) -> None:
    answers = [*ANSWERS[:2], "http://appeals.example.org", *ANSWERS[2:]]
    done = run_init(tmp_path, answers)
    assert done.returncode == 0
    assert "which is not encrypted" in done.stdout
    assert read_environment_file(tmp_path / "site.env")["MODCONSOLE_PUBLIC_URL"] == ANSWERS[2]


def test_a_wrong_answer_is_asked_again_and_enter_keeps_what_is_there(tmp_path: Path) -> None:
    run_init(tmp_path, ANSWERS)
    before = (tmp_path / "site.env").read_text()
    done = run_init(tmp_path, ["", "", "ftp://x", *[""] * len(QUESTIONS)])
    assert done.returncode == 0
    assert "MODCONSOLE_PUBLIC_URL is 'ftp://x'" in done.stdout
    assert done.stdout.count("[https://appeals.example.org]") == 2
    assert (tmp_path / "site.env").read_text() == before


@pytest.mark.parametrize("answered", [0, 8])
def test_what_ends_before_the_last_answer_writes_nothing(tmp_path: Path, answered: int) -> None:
    done = run_init(tmp_path, ANSWERS[:answered])
    assert done.returncode == 2
    assert "nothing is written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_a_setting_that_is_none_is_refused_before_the_first_question(
    tmp_path: Path,
) -> None:
    (tmp_path / "site.env").write_text("MODCONSOLE_COLOUR=red\n")
    done = run_init(tmp_path, ANSWERS)
    assert done.returncode == 2
    assert "MODCONSOLE_COLOUR is not a setting" in done.stderr
    assert (tmp_path / "site.env").read_text() == "MODCONSOLE_COLOUR=red\n"
