"""What the desk of the review page asks: for whom, and what is answered."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.errors import StoreError
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.store.sql import SqlStore
from dashboard.review.desk.routes import ANSWERS, MOST_BYTES
from tests.factories import LEAD, MODERATOR, audit_kinds, chain_of, scored
from tests.pages.review_desk import COOKIE, as_person, ask, by_people, outcomes, press, whole

AUDITOR, OPS = Actor("ines", Role.AUDITOR), Actor("ola", Role.OPS)
HELD = "You idiot, read the article first."


@pytest.mark.parametrize("what", sorted(ANSWERS))
def test_nobody_without_a_sign_in_is_answered(services: Any, client: TestClient, what: str) -> None:
    revision = scored(services, HELD)
    body = {"revisions": [revision.id], "revision": revision.id}
    body |= {"presses": [press("approve", revision.id)]}
    for token in (None, "guessed"):
        if token:
            client.cookies.set(COOKIE, token)
        answer = client.post(f"/review/desk/{what}", json=body)
        assert answer.status_code == 403
        assert HELD not in answer.text
    as_person(client, OPS)
    answer = client.post(f"/review/desk/{what}", json=body)
    assert HELD not in answer.text
    assert by_people(services, revision) == []


@pytest.mark.parametrize("actor", [MODERATOR, LEAD], ids=lambda actor: actor.role)
def test_a_case_is_listed_read_and_decided(services: Any, client: TestClient, actor: Actor) -> None:
    revision = scored(services, HELD)
    as_person(client, actor)
    listed = ask(client, "queue")
    assert [item["revision"] for item in listed["items"]] == [revision.id]
    (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
    assert (whole(card), card["version"], card["refusal"]) == (HELD, 1, "")
    assert card["actions"] == ["approve", "remove", "escalate"]
    (outcome,) = outcomes(client, press("remove", revision.id, reason="spam", note="Be kind."))
    assert outcome["is_done"]
    assert by_people(services, revision) == [Action.REMOVE]
    assert chain_of(services, revision)[-1].note == "Be kind."
    assert ask(client, "queue")["items"] == []


def test_an_auditor_reads_and_decides_nothing(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, AUDITOR)
    (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
    assert (card["actions"], card["can_reopen"]) == ([], False)
    assert card["refusal"] == "As auditor you may not decide on comments."
    (outcome,) = outcomes(client, press("approve", revision.id))
    assert not outcome["is_done"]
    assert by_people(services, revision) == []


def test_presses_sent_again_are_decided_once(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    sent = [press("approve", revision.id), press("undo", revision.id, 2)]
    first, again = outcomes(client, *sent), outcomes(client, *sent)
    assert first == again
    assert all(outcome["is_done"] for outcome in first)
    assert by_people(services, revision) == [Action.APPROVE, Action.HOLD]


def test_a_skip_sent_again_is_recorded_once(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    for _ in range(2):
        assert outcomes(client, press("skip", revision.id))[0]["is_done"]
    assert audit_kinds(services, revision).count(AuditKind.CASE_SKIPPED) == 1
    as_person(client, LEAD)  # another person's press with the same id is another press
    assert outcomes(client, press("skip", revision.id))[0]["is_done"]
    assert audit_kinds(services, revision).count(AuditKind.CASE_SKIPPED) == 2


def test_the_slower_of_two_is_told_whose_decision_stands(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, LEAD)
    assert outcomes(client, press("remove", revision.id, reason="spam"))[0]["is_done"]
    as_person(client, MODERATOR)
    (late,) = outcomes(client, {**press("approve", revision.id), "id": "another"})
    assert (late["is_done"], late["can_retry"]) == (False, False)
    assert late["words"].startswith(f"{LEAD.id} removed this comment at ")


def test_a_bad_press_does_not_stop_the_others(services: Any, client: TestClient) -> None:
    revisions = [scored(services, f"You idiot number {n}.") for n in (1, 2)]
    as_person(client, MODERATOR)
    told = outcomes(
        client,
        press("remove", revisions[0].id),  # without a reason
        press("dance", revisions[0].id),
        press("approve", "no-such-revision"),
        press("approve", revisions[0].id, note=5),
        {"id": "x", "do": "approve", "revision": revisions[0].id, "version": "1"},
        press("approve", revisions[1].id),
    )
    assert [outcome["is_done"] for outcome in told] == [False, False, False, False, False, True]
    assert [outcome.get("can_retry") for outcome in told] == [True, True, True, True, True, None]


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"[" * 100_000,
        b'{"presses": "x"}',
        b'{"presses": [1]}',
        b'{"presses": [{"id": 1}]}',
        b'{"presses": [{"do": "approve", "revision": "r"}]}',
        b'{"presses": [{"id": "\\ud800", "do": "approve", "revision": "r"}]}',
        b'{"presses": ' + b"[]" * MOST_BYTES + b"}",
    ],
    ids=range(10),
)
def test_what_is_no_press_is_refused_with_a_sentence(
    services: Any, client: TestClient, body: bytes
) -> None:
    as_person(client, MODERATOR)
    headers = {"content-type": "application/json"}
    answer = client.post("/review/desk/presses", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "x" * 1_000_000, "💥" * 100])
@pytest.mark.parametrize("what", sorted(ANSWERS))
def test_no_text_in_a_request_is_too_strange_for_an_answer(
    services: Any, client: TestClient, what: str, value: str
) -> None:
    revision = scored(services, HELD)
    as_person(client, LEAD)
    names = ("id", "do", "reason", "note", "internal_note", "group", "query", "mark", "label")
    press_of = dict.fromkeys(names, value) | {"revision": value, "members": [[value, 1]]}
    bodies = [
        dict.fromkeys((*names, "revision", "release", "reporter", "because", "after"), value)
        | {"revisions": [value], "before": [value, value], "presses": [press_of]},
        {"revision": revision.id, "before": [value, value], "reporter": value, "because": value},
        {"revision": revision.id, "before": ["0001-01-01T00:00:00+14:00", "x"]},
        {"presses": [press("approve", revision.id, 10**40) | {"id": value, "note": value}]},
    ]
    for body in bodies:
        sent = json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        answer = client.post(f"/review/desk/{what}", content=sent, headers=headers)
        assert answer.status_code in (200, 404, 422, 503), (body, answer.text)
        answer.json()


def test_a_form_of_another_page_is_no_request(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    answer = client.post("/review/desk/cards", data={"revisions": revision.id})
    assert answer.status_code == 422
    assert client.get("/review/desk/cards").status_code == 405
    assert client.post("/review/desk/other", json={}).status_code == 404


def test_while_the_state_is_away_presses_are_kept_by_the_page(
    services: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)

    def away(self: SqlStore) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "write", away)
        answer = client.post(
            "/review/desk/presses", json={"presses": [press("approve", revision.id)]}
        )
    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is full"})
    assert outcomes(client, press("approve", revision.id))[0]["is_done"]


def test_the_words_come_as_pieces_of_the_text(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    words = ask(client, "words", revision=revision.id)
    assert "".join(text for text, *_ in words["pieces"]) == HELD
    assert [text for text, strength, _ in words["pieces"] if strength] == ["idiot"]


def test_filters_narrow_the_list_and_unknown_ones_are_left_out(
    services: Any, client: TestClient
) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    assert ask(client, "queue", label="threat")["items"] == []
    assert len(ask(client, "queue", label="nonsense", status="nonsense")["items"]) == 1
    outcomes(client, press("approve", revision.id))
    (closed,) = ask(client, "queue", status="closed")["items"]
    (card,) = ask(client, "cards", revisions=[closed["revision"]])["cards"]
    assert (card["status"], card["can_reopen"]) == ("closed", True)
    assert outcomes(client, press("reopen", revision.id, 2))[0]["is_done"]
    assert len(ask(client, "queue")["items"]) == 1
