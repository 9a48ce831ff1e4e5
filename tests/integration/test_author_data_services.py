"""What an author may have of what is kept: all of their own words, nobody else's, no staff."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.cli.main import main
from core.errors import InvalidInput
from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.comments import IncomingThread
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.author_data import export_author
from core.services.erasure import erase_author
from core.services.ingest import ingest
from core.services.review import Review, decide_case
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    posted,
    removed_by_person,
    reported,
    scored,
    withdrawn,
)
from tests.moving_clock import MovingClock


def exported(services: Services, author: str = "sam") -> list[dict]:
    records = export_author(services.context, SYSTEM, "test", author)
    return [json.loads(json.dumps(record)) for record in records]


def test_every_text_is_there_with_decisions_and_appeals(services: Services) -> None:
    first = removed_by_person(services, note="Please be kind.")
    heard(services, appealed(services, first, "I quoted somebody."), overturn=False)
    edited(services, first, "Good morning.")
    withdrawn(services, scored(services, HELD))
    posted(services, "By somebody else.", author="kim")
    comments = exported(services)
    assert [record["what"] for record in comments] == ["comment", "comment"]
    texts = next(each["texts"] for each in comments if len(each["texts"]) == 2)
    assert [text["text"] for text in texts] == [HELD, "Good morning."]
    (appeal,) = texts[0]["appeals"]
    assert (appeal["words"], appeal["status"]) == ("I quoted somebody.", "upheld")
    removal = texts[0]["decisions"][-1]
    assert (removal["action"], removal["decided_by"]) == ("remove", "person")
    assert texts[0]["decisions"][0]["scores"]["toxicity"] > 0
    (gone,) = next(each["texts"] for each in comments if len(each["texts"]) == 1)
    assert gone["text"] == HELD
    assert gone["withdrawn_at"] is not None


def test_nothing_of_staff_or_others_is_there(services: Services) -> None:
    revision = scored(services, HELD)
    reported(services, revision, "kim", words="He insults me.")
    decided(services, revision, Action.ESCALATE)
    review = Review(revision.id, 2, Action.REMOVE, "k", "harassment", "Note.", "Known troll.")
    decide_case(services.context, LEAD, review)
    text = json.dumps(exported(services))
    assert "Note." in text
    for hidden in (LEAD.id, MODERATOR.id, "kim", "He insults me.", "Known troll."):
        assert f'"{hidden}"' not in text
        assert hidden not in text.replace(HELD, "")


def test_what_does_not_hold_yet_is_not_told(tmp_path: Path) -> None:
    services = make_services(tmp_path, grace_s=900)
    revision = scored(services, HELD)
    decided(services, revision, Action.APPROVE)
    (comment,) = exported(services)
    assert [one["action"] for one in comment["texts"][0]["decisions"]] == ["hold"]
    services.close()


def test_what_an_edit_cut_short_never_held(tmp_path: Path) -> None:
    time = MovingClock()
    services = make_services(tmp_path, grace_s=900, clock=time.clock)
    revision = scored(services, HELD)
    decided(services, revision, Action.APPROVE)
    time.move(60)
    edited(services, revision, "Good morning.")
    time.move(3_600)
    (comment,) = exported(services)
    assert [one["action"] for one in comment["texts"][0]["decisions"]] == ["hold"]
    services.close()


def test_threads_and_reports_of_the_person_are_there(services: Services) -> None:
    began = services.clock.now() - timedelta(days=1)
    list(ingest(services.context, SYSTEM, [IncomingThread("test", "t", "My title", "sam", began)]))
    reported(services, posted(services, CLEAN, author="kim"), "sam", words="Spam, I think.")
    thread, report = exported(services)
    assert (thread["what"], thread["title"]) == ("thread", "My title")
    assert thread["began_at"] == began.isoformat()
    assert (report["what"], report["words"]) == ("report", "Spam, I think.")
    assert CLEAN not in json.dumps(report)


def test_an_erased_author_has_nothing(services: Services) -> None:
    scored(services, HELD)
    list(erase_author(services.context, SYSTEM, "test", "sam"))
    assert exported(services) == []


def test_it_is_noted_without_the_name(services: Services) -> None:
    exported(services, "sam")
    with services.context.store.read() as reader:
        event = next(iter(reversed(list(reader.audit_trail(AUDIT_LOG)))))
    assert event.kind is AuditKind.AUTHOR_EXPORTED
    assert "sam" not in str(event.data)


def test_many_comments_come_each_once(services: Services) -> None:
    for number in range(205):
        posted(services, f"Comment {number}")
    texts = [record["texts"][0]["text"] for record in exported(services)]
    assert sorted(texts) == sorted(f"Comment {number}" for number in range(205))


def test_a_name_of_many_people_is_refused(services: Services) -> None:
    with pytest.raises(InvalidInput, match="stands for everybody"):
        export_author(services.context, SYSTEM, "test", "[deleted]")


def test_the_command_writes_a_new_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services = make_services(tmp_path / "home", state_url="sqlite")
    posted(services, "Grüße \N{PILE OF POO}")
    services.close()
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    command = ["export", "author", "sam", "--source", "test", "--out", str(tmp_path / "sam.jsonl")]
    assert main(command) == 0
    (line,) = (tmp_path / "sam.jsonl").read_text().splitlines()
    assert json.loads(line)["texts"][0]["text"] == "Grüße \N{PILE OF POO}"
    assert (tmp_path / "sam.jsonl").stat().st_mode & 0o077 == 0
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err
