"""`modconsole person`: the first admin, and what else is done at the machine."""

from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.output import ExitCode


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_an_admin_is_made_changed_disabled_and_enabled(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--role", "admin", "--role", "lead"]
    assert main(["person", "invite", "ana@site.example", *given]) == ExitCode.DONE
    assert lines(capsys) == ["ana@site.example  lead,admin  last seen never"]
    assert main(["person", "roles", "ana@site.example", "--role", "admin"]) == ExitCode.DONE
    assert lines(capsys) == ["ana@site.example  admin  last seen never"]
    assert main(["person", "disable", "ana@site.example"]) == ExitCode.DONE
    assert "  disabled 20" in lines(capsys)[0]
    assert main(["person", "enable", "ana@site.example"]) == ExitCode.DONE
    assert main(["person", "roles", "ana@site.example"]) == ExitCode.DONE
    assert lines(capsys)[-1] == "ana@site.example  no role  last seen never"
    assert main(["person", "list"]) == ExitCode.DONE
    listed = lines(capsys)
    assert listed[1].startswith("ana@site.example  no role")
    assert len(listed) == 8


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["list", "ana"], "takes no NAME"),
        (["invite"], "needs one"),
        (["invite", "ana"], "needs a role"),
        (["invite", "mina", "--role", "ops"], "is here already"),
        (["invite", "system", "--role", "ops"], "own programs"),
        (["disable", "nobody"], "Nobody of the name"),
        (["disable", "mina", "--role", "ops"], "--role belongs to"),
    ],
)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    assert main(["person", "invite", "first", "--role", "admin"]) == ExitCode.DONE
    assert main(["person", *arguments]) == ExitCode.WRONG_USE
    assert why in capsys.readouterr().err


def test_a_role_of_no_staff_is_no_choice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["person", "invite", "ana", "--role", "system"])
    assert ended.value.code == ExitCode.WRONG_USE
    assert "lead" in capsys.readouterr().err
