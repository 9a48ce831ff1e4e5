"""`modconsole audit` on a real state: an unchanged log, one changed by hand, and the export."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.bootstrap.services import Services
from core.cli.main import main
from core.moderation.audit import AUDIT_LOG
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.erasure import erase_author
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.store.sql.writer import SqlWriter
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    appealed,
    decided,
    heard,
    scored,
)
from tests.state_checks import audit_changes_allowed


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A state with seven events; its home is that of the commands."""
    for n in range(2):
        decided(services, scored(services, f"{HELD} {n}"), Action.APPROVE)
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def change(services: Services, statement: str) -> None:
    """As somebody who may do anything in the database."""
    with services.context.store.write() as tx:
        assert isinstance(tx, SqlWriter)
        with audit_changes_allowed(tx._connection):
            assert tx._connection.exec_driver_sql(statement).rowcount > 0


def exports(services: Services) -> list[str]:
    with services.context.store.read() as reader:
        return [event.kind for event in reader.audit_trail(AUDIT_LOG)]


def verify(capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, str, dict[str, object]]:
    """The exit code, what was printed, and its last line."""
    code = main(["audit", "verify", *flags])
    printed = capsys.readouterr().out
    return code, printed, json.loads(printed.splitlines()[-1])


def test_an_unchanged_log_is_whole_and_its_head_is_told(site, capsys) -> None:
    code, printed, told = verify(capsys)
    assert code == 0
    assert "7 events, each follows from the one before it." in printed
    counts = {"events": 7, "erased": 0, "breaks": 0, "changed_decisions": 0}
    assert told == {**counts, "is_whole": True, "head": told["head"]}
    decided(site, scored(site, HELD), Action.REMOVE)
    assert verify(capsys, "--head", str(told["head"]))[0] == 0


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_events SET actor = 'otto' WHERE kind = 'decision.reviewed'", "by otto"),
        ("UPDATE audit_events SET data = '{}' WHERE seq = 3", "Event 3 ("),
        ("DELETE FROM audit_events WHERE seq = 4", "does not follow from event 3"),
        ("DELETE FROM audit_events WHERE seq = 1", "does not follow from the beginning"),
        (
            "DELETE FROM audit_events WHERE seq > 5",
            "The log ends with event 5, and the state noted 7 as its last one",
        ),
        ("DELETE FROM audit_events", "The log ends with event 0"),
        ("UPDATE audit_events SET seq = 100 WHERE seq = 2", "Event 100 ("),
        ("UPDATE audit_head SET seq = 6", "The log ends with event 7, and the state noted 6"),
    ],
)
def test_a_changed_log_says_where(site, capsys, statement: str, place: str) -> None:
    change(site, statement)
    code, printed, told = verify(capsys)
    assert code == 7
    assert place in printed
    assert "THE AUDIT LOG WAS CHANGED" in printed
    assert told["is_whole"] is False


def test_events_stored_after_a_deletion_do_not_hide_it(site, capsys) -> None:
    change(site, "DELETE FROM audit_events WHERE seq > 5")
    scored(site, HELD)
    code, printed, _ = verify(capsys)
    assert code == 7
    assert "does not follow from event 5" in printed


def test_an_unknown_head_is_told(site, capsys) -> None:
    code, printed, _ = verify(capsys, "--head", "0" * 64)
    assert code == 7
    assert "the chain was made anew since it was noted" in printed


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_the_export_holds_every_event_and_itself(site, tmp_path: Path, capsys, suffix) -> None:
    out = tmp_path / f"audit.{suffix}"
    assert main(["audit", "export", "--out", str(out)]) == 0
    assert "8 events are in" in capsys.readouterr().out
    rows = pq.read_table(out).num_rows if suffix == "parquet" else None
    assert rows or len(out.read_text().splitlines()) == 8 + (suffix == "csv")
    assert exports(site) == ["audit.exported"]
    assert verify(capsys)[0] == 0


@pytest.mark.parametrize(
    "flags", [["export"], ["verify", "--out", "x.csv"], ["export", "--out", "x.xls"]]
)
def test_wrong_use_is_one_line_and_exports_nothing(site, capsys, flags: list[str]) -> None:
    assert main(["audit", *flags]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert exports(site) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE decisions SET action = 'remove' WHERE actor = 'mina' AND action = 'approve'",
            "is stored as remove by mina, but event",
        ),
        (
            "UPDATE decisions SET actor = 'otto' WHERE actor = 'mina'",
            "is stored as approve by otto",
        ),
        ("UPDATE decisions SET actor = 'mina' WHERE actor = 'system'", "says hold by system"),
        ("UPDATE decisions SET id = 'd' || id WHERE position = 2", "and no event tells of it"),
    ],
)
def test_a_changed_decision_is_found_by_its_event(site, capsys, statement: str, told: str) -> None:
    change(site, statement)
    code, printed, found = verify(capsys)
    assert code == 7
    assert told in printed
    assert "A DECISION WAS CHANGED" in printed
    assert "each follows from the one before it" in printed
    assert (found["is_whole"], found["breaks"]) == (False, 0)
    with site.context.store.read() as reader:
        line = next(line for line in printed.splitlines() if line.startswith("Decision "))
        assert reader.revision(line.split("revision ")[1].split(")")[0]) is not None


def test_undone_and_erased_decisions_are_as_their_events_say(site, capsys) -> None:
    revision = scored(site, HELD)
    decided(site, revision, Action.REMOVE)
    undo_decision(site.context, MODERATOR, revision.id, seen_version=2)
    decided(site, revision, Action.ESCALATE)
    decided(site, revision, Action.REMOVE, actor=LEAD)
    heard(site, appealed(site, revision), overturn=True, actor=OTHER_LEAD)
    reopen(site.context, OTHER_LEAD, scored(site, CLEAN).id, seen_version=1)
    list(erase_author(site.context, SYSTEM, "test", "sam"))
    assert verify(capsys)[0] == 0
    change(site, "UPDATE decisions SET action = 'approve' WHERE undoes IS NOT NULL")
    assert verify(capsys)[0] == 7


@pytest.mark.parametrize("head", ["abc", "0" * 63, "g" * 64, ""])
def test_a_head_that_can_be_none_is_wrong_use(site, capsys, head: str) -> None:
    assert main(["audit", "verify", "--head", head]) == 2
    printed = capsys.readouterr()
    assert "64" in printed.err
    assert "CHANGED" not in printed.out + printed.err


def test_a_head_in_capitals_is_the_same_head(site, capsys) -> None:
    _, _, told = verify(capsys)
    assert verify(capsys, "--head", f" {str(told['head']).upper()} ")[0] == 0
