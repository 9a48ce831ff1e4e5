"""`modconsole policy` on a real state."""

import json

import pytest

from core.bootstrap.services import Services
from core.cli.main import main
from core.moderation.policies import Action
from core.services.policy_drafts import discard_policy_draft
from tests.factories import CLEAN, HELD, LEAD, REMOVED, decided, scored
from tests.integration.policy_calls import WHY, begun, desk_of, published


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Its home is that of the commands."""
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def printed(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert main(["policy", *flags]) == 0
    return capsys.readouterr().out.splitlines()


def test_every_version_is_listed_with_its_two_people(site, capsys) -> None:
    assert printed(capsys, "list")[0].endswith("by the console")
    published(site)
    newest, first = printed(capsys, "list")
    assert newest.startswith("   2  in force since 20")
    assert newest.endswith("drafted by lena, published by ravi")
    assert first.startswith("   1  from 20")


def test_a_version_is_shown_with_what_it_changed(site, capsys) -> None:
    published(site, hold=0.123)
    lines = printed(capsys, "show")
    assert lines[0].startswith("Version 2, from 20")
    assert lines[1] == f"Why: {WHY}"
    assert "  severe toxicity: held from 0.123; only a person removes." in lines
    at = lines.index("What it changed in version 1:")
    assert lines[at + 1 :] == [
        "  severe toxicity: held from 0.123; only a person removes. "
        "Before: held from 0.5, removed from 0.99."
    ]
    assert "What it changed" not in " ".join(printed(capsys, "show", "--version", "1"))


def test_a_simulation_says_what_would_have_been_decided_otherwise(site, capsys) -> None:
    for text in (CLEAN, HELD, HELD, REMOVED):
        scored(site, text)
    decided(site, scored(site, HELD), Action.REMOVE)
    lines = printed(capsys, "simulate", "--set", "insult=0.97", "--set", "toxicity=0.95,never")
    assert "5 comments, 3 decided otherwise:" in lines
    assert "         3  held -> approved, insult" in lines
    told = json.loads(lines[-1])
    assert told["texts"] == 5
    assert told["held_a_day"] == [3.0, 0.0]
    assert told["abuse_found"] == [None, None]
    assert told["abuse_in_flips"] == [0.3333, 1.0]
    assert desk_of(site).in_force.version == 1
    later = printed(capsys, "simulate", "--set", "insult=0.97", "--since", "2100-01-01")
    assert json.loads(later[-1])["texts"] == 0


def test_a_rule_is_tried_on_the_past(site, capsys) -> None:
    for text in (CLEAN, "See www.casino.example now", HELD):
        scored(site, text)
    lines = printed(
        capsys, "simulate", "--word", "lovely", "--link", "casino.example", "--action", "remove"
    )
    assert "  New: The word “lovely” is removed (threat): Tried on the command line." in lines
    assert "3 comments, 2 decided otherwise:" in lines
    assert "         1  approved -> removed, link casino.example" in lines
    assert (
        "         1  match the link casino.example: 33.33% of all, by 1 authors, 1 of them decided "
        "otherwise"
    ) in lines
    told = json.loads(lines[-1])
    assert list(told["matches"].values()) == [{"texts": 1, "authors": 1, "flips": 1}] * 2
    assert desk_of(site).in_force.text_rules == ()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["simulate"], "needs --set"),
        (["list", "--set", "threat=0.5"], "needs --set"),
        (["list", "--version", "1"], "takes --version"),
        (["show", "--version", "9"], "no version 9"),
        (["simulate", "--set", "thread=0.5"], "--set thread=0.5: write LABEL=HOLD"),
        (["simulate", "--set", "threat"], "--set threat: write LABEL=HOLD"),
        (["simulate", "--set", "threat=0.5,often"], "with scores from 0 to 1"),
        (["simulate", "--set", "threat=0.9,0.2"], "which is below 0.9"),
        (["simulate", "--set", "threat=7"], "not within 0..1"),
        (["simulate", "--set", "threat=nan"], "not within 0..1"),
        (["list", "--word", "x"], "needs --set"),
        (["simulate", "--pattern", "a(b"], "missing ): a(b (at character 1)"),
        (["simulate", "--link", "https://x.example"], "write 'x.example'"),
        (["simulate", "--word", "\x1b[2J"], "is not part of a word"),
    ],
)
def test_wrong_use_is_said_in_a_line(site, capsys, flags: list[str], words: str) -> None:
    assert main(["policy", *flags]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_a_note_can_not_drive_the_terminal(site, capsys) -> None:
    draft = begun(site)
    discard_policy_draft(site.context, LEAD, draft.id, draft.version)
    _, policy = published(site, note="\x1b[2J because of \u202e this")
    shown = "\n".join(printed(capsys, "show", "--version", str(policy.version)))
    assert "Why: ?[2J because of ? this" in shown
