"""`modconsole quality` on a real state."""

import json

import pytest

from core.bootstrap.services import Services
from core.cli.main import main
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from tests.integration.quality_calls import agreed, differing, golden, judged, waiting

RAVI = Actor("ravi", Role.MODERATOR)


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Its home is that of the commands."""
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def printed(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main(["quality", *flags]) == 0
    return capsys.readouterr().out.splitlines()


def test_of_a_new_site_nothing_is_known(site, capsys) -> None:
    lines = printed(capsys)
    assert lines[0].startswith("No text had a second look")
    assert lines[1] == "0 to settle, 0 wait for a second look."
    assert lines[2].startswith("What the model lets through is unknown: of 0 comments")
    assert lines[3].startswith("Which share of all abuse is hidden is unknown")
    assert "100 %" not in "".join(lines)


def test_the_figures_are_printed_with_what_is_too_few(site, capsys) -> None:
    for _ in range(3):
        agreed(site)
    differing(site)
    waiting(site)
    judged(site, golden(site), Action.APPROVE, actor=RAVI)
    lines = printed(capsys)
    assert lines[0] == (
        "5 texts had a second look: too few to conclude from, it takes 100. So far two people said "
        "the same of 80 %."
    )
    assert lines[1].startswith("  mina and tomas: 5 texts, same 80 % (")
    assert lines[1].endswith("(under 100: too few to conclude from)")
    assert lines[2].startswith("  harassment: 5 texts, same 0 %")
    assert lines[3].startswith("  threat: 4 texts")
    assert "1 to settle, 1 wait for a second look." in lines
    assert "ravi: right on 0 of 1 golden items" in lines


def test_json_says_null_for_what_is_unknown(site, capsys) -> None:
    agreed(site)
    (line,) = printed(capsys, "--json", "--days", "7")
    told = json.loads(line)
    assert told["agreement"]["pairs"] == 1
    assert told["pairs"][0]["people"] == ["mina", "tomas"]
    assert told["missed"] == {"passed": 0, "checked": 0, "missed": None, "found": None}
    assert (told["disagreements"], told["waiting"], told["golden"]) == (0, 0, [])


def test_no_days_are_refused(site, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["quality", "--days", "0"])
