"""What stands around a blind case tells nothing of what the model found in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.comments import IncomingComment, Revision, Visibility
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.conversations import list_author_comments, list_outcomes, load_thread
from core.services.groups import NO_GROUP, count_alike, find_group
from core.services.ingest import ingest
from core.services.precedents import NO_PRECEDENTS, find_precedents
from core.services.score import score_waiting
from tests.factories import CLEAN, HELD, LEAD, MODERATOR, decided, make_services, scored, source_key

NEARLY_ALL = 1 - 1e-12


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Every approved comment is audited, and every held one is blind."""
    made = make_services(tmp_path, audit_share=NEARLY_ALL, blind_share=NEARLY_ALL)
    yield made
    made.context.store.close()


def answers(services: Services, parent: Revision, text: str) -> None:
    _, name = source_key(services, parent)
    row = IncomingComment("test", f"{name}-a", text, "zoe", services.clock.now(), name)
    list(ingest(services.context, SYSTEM, [row]))
    list(score_waiting(services.context, services.scorer))


@pytest.mark.parametrize("text", [CLEAN, HELD])
def test_blind_case_has_no_group_and_no_precedents(services: Services, text: str) -> None:
    first, second, third = (scored(services, text) for _ in range(3))
    decided(services, third, Action.APPROVE)
    context = services.context
    for actor in (MODERATOR, LEAD):
        assert count_alike(context, actor, [first.id, second.id, third.id]) == {}
        assert find_group(context, actor, first.id) == NO_GROUP
        assert find_precedents(context, actor, first.id) == NO_PRECEDENTS


@pytest.mark.parametrize("text", [CLEAN, HELD])
def test_replies_to_a_blind_case_and_blind_replies_tell_nothing(
    services: Services, text: str
) -> None:
    root = scored(services, CLEAN)
    answers(services, root, text)
    thread = load_thread(services.context, MODERATOR, root.id)
    assert (thread.replies, thread.reply_count) == ((), 0)
    decided(services, root, Action.APPROVE)
    thread = load_thread(services.context, LEAD, root.id)
    (reply,) = thread.replies
    assert (reply.visibility, reply.replies, reply.text) == (Visibility.PENDING, 0, text)


@pytest.mark.parametrize("text", [CLEAN, HELD])
def test_authors_list_shows_a_blind_case_only_once_it_is_decided(
    services: Services, text: str
) -> None:
    revision = scored(services, text)
    context = services.context
    (comment,) = list_author_comments(context, LEAD, "test", "sam").comments
    assert (comment.visibility, comment.excerpt) == (Visibility.PENDING, text)
    assert (comment.action, comment.actor, comment.reason_code, comment.decided_at) == (None,) * 4
    decided(services, revision, Action.REMOVE)
    (mark,) = list_outcomes(context, MODERATOR, "test", "sam")
    assert (mark.visibility, mark.action, mark.actor) == (
        Visibility.REMOVED,
        Action.REMOVE,
        "mina",
    )
