"""The internal note is for the staff: no author, no answer of the API and no audit event has it."""

import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.errors import Conflict, RuleBroken
from core.moderation.decisions import MAX_NOTE_CHARS
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.review import Review, decide_case, undo_decision
from core.serving.answers import statement_answer
from tests.factories import HELD, MODERATOR, chain_of, edited, scored, source_key

CANARY = "canary-7b1f"
NOTE = f"{CANARY}: the third time this week."
READER = Actor("ada", Role.AUDITOR)


def removed(services: Services, note: str = NOTE) -> tuple[Review, str]:
    """A removal with that internal note, and the revision's reference."""
    revision = scored(services, HELD)
    key = f"k-{revision.id}"
    wanted = Review(revision.id, 1, Action.REMOVE, key, "harassment", "Be kind.", note)
    decide_case(services.context, MODERATOR, wanted)
    return wanted, revision.reference


def test_staff_reads_it(services: Services) -> None:
    wanted, _ = removed(services, f"  {NOTE} ")
    last = load_case(services.context, READER, wanted.revision_id).chain[-1]
    assert (last.internal_note, last.note) == (NOTE, "Be kind.")
    undone = undo_decision(services.context, MODERATOR, wanted.revision_id, seen_version=2)
    assert undone.internal_note == ""


def test_nothing_outside_has_it(services: Services, client: TestClient) -> None:
    wanted, reference = removed(services)
    with services.context.store.read() as reader:
        revision = reader.revision(wanted.revision_id)
        trail = reader.audit_trail(wanted.revision_id)
    assert revision is not None
    source, source_id = source_key(services, revision)
    row = {"id": source_id, "source": source, "text": HELD, "author": "sam"}
    answer = look_up(services.context, reference)
    seen = [
        repr(answer),
        statement_answer(answer).model_dump_json(),
        client.post("/v1/comments", json=row).text,
        client.get(f"/v1/decisions/{reference}").text,
        json.dumps([dict(event.data) for event in trail]),
    ]
    file_appeal(services.context, reference, "It was a quotation.")
    seen.append(repr(look_up(services.context, reference)))
    edited(services, revision, "Another text.")
    seen.append(repr(look_up(services.context, reference)))
    seen.append(client.get(f"/v1/decisions/{reference}").text)
    assert [words for words in seen if CANARY in words] == []
    assert all("Be kind." in words for words in (seen[0], seen[1], seen[3], seen[5], seen[6]))


def test_log_of_the_calls_does_not_have_it(services: Services) -> None:
    removed(services)
    files = [path for path in services.settings.home.rglob("*") if path.is_file()]
    state = services.settings.state_path.name
    assert [f for f in files if not f.name.startswith(state) and CANARY in f.read_text()] == []


def test_it_is_part_of_what_a_press_says(services: Services) -> None:
    wanted, _ = removed(services)
    assert decide_case(services.context, MODERATOR, wanted).internal_note == NOTE
    other = replace(wanted, internal_note="another")
    with pytest.raises(Conflict):
        decide_case(services.context, MODERATOR, other)


@pytest.mark.parametrize("note", ["x" * (MAX_NOTE_CHARS + 1), "a\0"])
def test_note_that_can_not_be_stored_is_refused(services: Services, note: str) -> None:
    revision = scored(services, HELD)
    wanted = Review(revision.id, 1, Action.APPROVE, "k", internal_note=note)
    with pytest.raises(RuleBroken, match="internal note"):
        decide_case(services.context, MODERATOR, wanted)
    assert len(chain_of(services, revision)) == 1


def test_invisible_note_is_no_note(services: Services) -> None:
    revision = scored(services, HELD)
    wanted = Review(revision.id, 1, Action.APPROVE, "k", internal_note="\u200b ")
    assert decide_case(services.context, MODERATOR, wanted).internal_note == ""
