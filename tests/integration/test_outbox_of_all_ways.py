"""Every way to a decision stores its messages, in both databases; what they tell is what held."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.moderation.comments import Revision
from core.moderation.outbox import Message, MessageState
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.group_decisions import GroupReview, decide_group
from core.services.outbox import replay_dead
from core.services.reopen import reopen
from core.services.rescore import rescore
from core.services.review import undo_decision
from core.store.sql.outbox_table import outbox
from core.store.sql.reader import SqlReader
from core.store.sql.tables import appeals, decisions
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    chain_of,
    decided,
    edited,
    heard,
    removed_by_person,
    scored,
    unscored,
    withdrawn,
)
from tests.integration.message_receiver import Receiver
from tests.integration.outbox_site import OutboxSite, outbox_site

pytestmark = pytest.mark.slow

GRACE_S = 15


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path, grace_s=GRACE_S, state_url=each_state_url) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def told(site: OutboxSite, receiver: Receiver, revision: Revision) -> list[str]:
    """The types of what arrives about a text once all is sent, without who is told first."""
    site.time.move(GRACE_S + 5)
    site.drain(receiver)
    return [
        each.json["type"]
        for each in receiver.received
        if each.json["data"]["reference"] == revision.reference
    ]


def states_of(site: OutboxSite, revision: Revision) -> list[tuple[str, str]]:
    return [(each.audience, each.state) for each in site.messages(revision)]


def undo(site: OutboxSite, revision: Revision) -> None:
    seen = len(chain_of(site.services, revision))
    undo_decision(site.services.context, MODERATOR, revision.id, seen_version=seen)


def test_every_decision_and_every_outcome_has_its_messages(site: OutboxSite) -> None:
    """Counted in the tables, after all ways to decide."""
    services, context = site.services, site.services.context
    for text in (CLEAN, HELD, REMOVED):
        edited(services, scored(services, text), f"{text} More.")
    undone = removed_by_person(services)
    undo(site, undone)
    site.time.move(GRACE_S)
    late = removed_by_person(services)
    site.time.move(GRACE_S)
    undo(site, late)
    reopen(context, LEAD, scored(services, REMOVED).id, seen_version=1)
    for overturn in (True, False):
        removed = scored(services, REMOVED)
        heard(services, appealed(services, removed), overturn=overturn)
    for end in (withdrawn, lambda s, r: edited(s, r, CLEAN)):
        removed = scored(services, REMOVED)
        appealed(services, removed)
        end(services, removed)
    unscored(services)
    list(rescore(context, services.scorer))
    escalated = scored(services, HELD)
    decided(services, escalated, Action.ESCALATE)
    decided(services, escalated, Action.REMOVE, actor=LEAD)
    with context.store.read() as reader:
        assert isinstance(reader, SqlReader)
        run = reader._connection.execute
        made = set(run(select(decisions.c.id)).scalars())
        site_told = select(outbox.c.decision_id).where(outbox.c.audience == "site")
        assert len(made) > 20
        assert sorted(run(site_told).scalars()) == sorted(made)
        ended = select(appeals.c.id).where(appeals.c.status != "pending")
        named = select(outbox.c.appeal_id).where(outbox.c.appeal_id.is_not(None))
        outcomes = sorted(run(ended).scalars())
        assert len(outcomes) == 4
        assert sorted(run(named).scalars()) == outcomes


def test_a_group_is_told_comment_by_comment(site: OutboxSite, receiver: Receiver) -> None:
    revisions = [scored(site.services, f"{HELD} Same words here.") for _ in range(3)]
    members = [(each.id, 1) for each in revisions]
    review = GroupReview(members, Action.REMOVE, "press-1", reason_code="harassment")
    assert len(decide_group(site.services.context, MODERATOR, review).decisions) == 3
    for each in revisions:
        assert sorted(told(site, receiver, each)) == [
            "comment.held",
            "comment.removed",
            "notice.decision",
            "notice.decision",
        ]


def test_a_cancelled_decision_is_never_told(site: OutboxSite, receiver: Receiver) -> None:
    revision = removed_by_person(site.services)
    site.time.move(GRACE_S - 1)
    undo(site, revision)
    assert sorted(told(site, receiver, revision)) == ["comment.held", "notice.decision"]
    assert states_of(site, revision)[2:] == [
        ("site", "not_needed"),
        ("author", "not_needed"),
        ("site", "not_needed"),
        ("author", "not_needed"),
    ]


def test_an_undone_decision_is_told_and_so_is_its_undo(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = removed_by_person(site.services)
    site.time.move(GRACE_S)
    undo(site, revision)
    kinds = told(site, receiver, revision)
    assert [each for each in kinds if each.startswith("comment")] == [
        "comment.held",
        "comment.removed",
        "comment.held",
    ]
    assert kinds.count("notice.decision") == 3


def test_nothing_is_told_before_the_decision_holds(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, HELD)
    site.drain(receiver)
    decision = decided(site.services, revision, Action.REMOVE)
    site.time.now = decision.effective_at
    assert not site.send(receiver.url).states
    site.time.move(2)
    site.drain(receiver)
    assert receiver.received[-1].json["data"]["visibility"] == "removed"


def test_a_decision_that_another_replaced_in_its_window_is_not_told(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, HELD)
    decided(site.services, revision, Action.ESCALATE)
    site.time.move(3)
    decided(site.services, revision, Action.APPROVE, actor=LEAD)
    kinds = told(site, receiver, revision)
    assert [each for each in kinds if each.startswith("comment")] == [
        "comment.held",
        "comment.published",
    ]


def test_a_restore_never_overtakes_its_removal(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, REMOVED)
    heard(site.services, appealed(site.services, revision), overturn=True)
    for _ in range(2):
        site.send("http://127.0.0.1:1/hooks")  # nobody is there
    kinds = told(site, receiver, revision)
    assert [each for each in kinds if each.startswith("comment")] == [
        "comment.removed",
        "comment.restored",
    ]
    assert [each for each in kinds if each.startswith("notice")] == [
        "notice.decision",
        "notice.appeal_overturned",
    ]


def test_a_text_that_is_gone_is_not_shown_again(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, HELD)
    decided(site.services, revision, Action.APPROVE)
    site.time.move(GRACE_S)
    withdrawn(site.services, revision)
    kinds = told(site, receiver, revision)
    assert [each for each in kinds if each.startswith("comment")] == ["comment.held"]
    details = {each.detail for each in site.messages(revision)}
    assert "the text was edited or withdrawn meanwhile, so readers can't see it" in details


def test_what_was_pending_when_the_text_was_edited_is_not_told(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, HELD)
    decided(site.services, revision, Action.APPROVE)
    newest = edited(site.services, revision, f"{HELD} More.")
    assert sorted(told(site, receiver, revision)) == ["comment.held", "notice.decision"]
    assert sorted(told(site, receiver, newest)) == ["comment.held", "notice.decision"]
    assert receiver.received[-1].json["data"]["revision"] == 2


@pytest.mark.parametrize(
    ("end", "kind"),
    [("upheld", "notice.appeal_upheld"), ("withdrawn", "notice.appeal_closed")],
)
def test_how_an_appeal_ended_is_told_once(
    site: OutboxSite, receiver: Receiver, end: str, kind: str
) -> None:
    revision = scored(site.services, REMOVED)
    appeal = appealed(site.services, revision)
    if end == "upheld":
        heard(site.services, appeal, overturn=False)
    else:
        withdrawn(site.services, revision)
    assert sorted(told(site, receiver, revision)) == ["comment.removed", kind, "notice.decision"]


def test_a_replayed_removal_does_not_undo_what_was_told_later(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, REMOVED)
    heard(site.services, appealed(site.services, revision), overturn=True)
    for _ in range(25):
        site.send("http://127.0.0.1:1/hooks")
        site.time.move(30_000)
        if all(each.state is MessageState.DEAD for each in first_of(site, revision)):
            break
    site.drain(receiver)
    assert "comment.removed" not in [each.json["type"] for each in receiver.received]
    assert replay_dead(site.services.context, SYSTEM) == 2
    kinds = told(site, receiver, revision)
    assert "comment.removed" not in kinds
    assert kinds.count("notice.decision") == 1
    assert first_of(site, revision)[0].state is MessageState.NOT_NEEDED


def first_of(site: OutboxSite, revision: Revision) -> list[Message]:
    """The messages about the first decision."""
    return [each for each in site.messages(revision) if each.appeal_id is None][:2]
