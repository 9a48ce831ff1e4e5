"""What a webhook tells: field by field, hostile text as it is, and nothing that is the staff's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.moderation.comments import IncomingComment, Revision
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.hearing import hear_appeal, take_first_look
from core.services.ingest import ingest
from core.services.review import Review, decide_case
from core.services.score import score_waiting
from tests.factories import (
    CLEAN,
    HELD,
    HOSTILE,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    chain_of,
    decided,
    edited,
    heard,
    scored,
)
from tests.integration.message_receiver import Receiver
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site

NAME = '\u202e\u2028🙂 "quoted" \\ </script> \u0301{{7*7}} $(id)'
ODD = f"{NAME}\r\nX: y\n\n."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def told(site: OutboxSite, receiver: Receiver, kind: str) -> Any:
    """The newest message of that type, once all is sent."""
    site.drain(receiver)
    return [each.json for each in receiver.received if each.json["type"] == kind][-1]


def test_a_removal_tells_the_site_which_text_of_which_comment(
    site: OutboxSite, receiver: Receiver
) -> None:
    first = scored(site.services, CLEAN)
    revision = edited(site.services, first, REMOVED)
    (decision,) = chain_of(site.services, revision)
    found = told(site, receiver, "comment.removed")
    source_id = found["data"].pop("id")
    assert source_id.startswith("c-")
    assert found == {
        "type": "comment.removed",
        "timestamp": decision.effective_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "source": "test",
            "author": "sam",
            "reference": revision.reference,
            "revision": 2,
            "position": 1,
            "visibility": "removed",
            "lookup_url": f"{AUTHOR_URL}?reference={revision.reference}",
        },
    }
    assert all(each.headers["content-type"] == "application/json" for each in receiver.received)
    assert all(each.headers["user-agent"] == "moderation-console" for each in receiver.received)


def test_a_notice_has_the_statement_of_reasons(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, HELD)
    decided(site.services, revision, Action.REMOVE, note="Not here.")
    site.drain(receiver)
    found = told(site, receiver, "notice.decision")["data"]
    statement = found["statement"]
    with site.services.context.store.read() as reader:
        reason = reader.policy_in_force().reason("harassment")
    assert statement["reason"] == {"code": reason.code, "title": reason.title, "text": reason.text}
    assert statement["note"] == "Not here."
    assert statement["decided_by"] == "model_then_person"
    assert statement["can_appeal_until"] > statement["effective_at"]
    assert statement["appeal"] is None
    assert statement["facts"][0]["score"] >= statement["facts"][0]["threshold"]
    assert f"> {reason.text}" in found["words"]
    assert found["visibility"] == "removed"


def test_an_outcome_tells_its_reason_and_not_who_heard_it(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, REMOVED)
    ended = heard(site.services, appealed(site.services, revision), overturn=True)
    found = told(site, receiver, "notice.appeal_overturned")["data"]
    assert found["statement"]["appeal"]["status"] == "overturned"
    assert found["statement"]["appeal"]["outcome_reason"] == ended.outcome_reason
    assert found["visibility"] == "visible"
    assert found["statement"]["can_appeal_until"] is None


def test_a_notice_tells_what_held_then_whatever_came_later(
    site: OutboxSite, receiver: Receiver
) -> None:
    """The removal is told late: after its appeal, and after its text was edited."""
    revision = scored(site.services, REMOVED)
    heard(site.services, appealed(site.services, revision), overturn=True)
    edited(site.services, revision, CLEAN)
    site.drain(receiver)
    (first, *_) = (each.json for each in receiver.received if each.json["type"].startswith("not"))
    assert first["type"] == "notice.decision"
    assert first["data"]["visibility"] == "removed"
    assert first["data"]["statement"]["appeal"] is None
    assert first["data"]["statement"]["can_appeal_until"] is None
    assert "Your comment was removed" in first["data"]["words"]
    assert "appeal until" not in first["data"]["words"]


def hostile_comment(site: OutboxSite) -> Revision:
    row = IncomingComment("test", NAME, f"{HELD} {HOSTILE} {ODD}", NAME, site.time.now)
    list(ingest(site.services.context, SYSTEM, [row]))
    list(score_waiting(site.services.context, site.services.scorer))
    with site.services.context.store.read() as reader:
        comment = reader.comment_by_source("test", NAME)
        revision = reader.latest_revision(comment.id) if comment else None
    assert revision is not None
    return revision


def test_hostile_text_arrives_as_it_was(site: OutboxSite, receiver: Receiver) -> None:
    revision = hostile_comment(site)
    note = f"{HOSTILE} {ODD}"
    decided(site.services, revision, Action.REMOVE, note=note)
    found = told(site, receiver, "notice.decision")
    assert found["data"]["statement"]["note"] == note
    assert found["data"]["author"] == NAME
    assert found["data"]["id"] == NAME
    for each in receiver.received:
        assert each.body.isascii()
        assert each.is_signed()
        assert set(each.headers) == set(receiver.received[0].headers)
        assert json.loads(each.body)["data"]["reference"] == revision.reference


def test_nothing_of_the_staff_leaves_the_house(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, HELD)
    review = Review(
        revision.id, 1, Action.REMOVE, "k", "harassment", "To you.", "Between us: the usual one."
    )
    decide_case(site.services.context, MODERATOR, review)
    heard(site.services, appealed(site.services, revision, "MY WORDS"), overturn=False)
    site.drain(receiver)
    assert len(receiver.received) == 5
    whole = " ".join(each.body.decode() for each in receiver.received)
    for hidden in ("Between us", "mina", "lena", HELD, "MY WORDS", revision.id, "fake"):
        assert hidden not in whole


def test_a_removal_that_stands_for_another_reason_tells_the_author_the_new_rule(
    site: OutboxSite, receiver: Receiver
) -> None:
    context, revision = site.services.context, scored(site.services, HELD)
    decided(site.services, revision, Action.REMOVE)
    appeal = appealed(site.services, revision)
    take_first_look(context, LEAD, appeal.id, Action.REMOVE, "threat")
    reason = "It names where they live."
    hear_appeal(context, LEAD, appeal.id, overturn=False, reason=reason, other_reason="threat")
    found = told(site, receiver, "notice.appeal_upheld")
    words = found["data"]["words"]
    assert "your comment stays removed, but for another reason" in words
    assert "The rule: Threats" in words
    assert reason in words
    kinds = [each.json["type"] for each in receiver.received]
    assert kinds.count("comment.removed") == 1  # readers see the same as before
