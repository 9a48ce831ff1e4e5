"""A call of every service about messages, and who may make it."""

from collections.abc import Callable

from core.bootstrap.services import Services
from core.moderation.outbox import Channel, FailedAttempt, Message, failed, messages_of_decision
from core.moderation.permissions import Actor
from core.services import outbox
from core.services.digest import read_digest, send_digest
from core.store.sql.writer import SqlWriter
from tests.factories import HELD, scored


def dead_message(services: Services) -> Message:
    """A message about a comment's first decision that was given up at its first attempt."""
    revision = scored(services, HELD)
    now = services.clock.now()
    with services.context.store.write() as tx:
        assert isinstance(tx, SqlWriter)
        (decision,) = tx.decision_chain(revision.id)
        if not services.settings.channels:  # then the writer stores none
            tx._add_messages(messages_of_decision(decision, [Channel.WEBHOOK]))
        claimed = tx.claim_messages(Channel.WEBHOOK, now=now, until=now, limit=100)
        message = next(each for each in claimed if each.revision_id == revision.id)
        failure = FailedAttempt("answered 500", is_final=True)
        dead = failed(message, failure, services.clock.now(), draw=0)
        assert tx.save_message(dead)
    return dead


def replay(services: Services, actor: Actor) -> None:
    outbox.replay_message(services.context, actor, dead_message(services).id)


def replay_all(services: Services, actor: Actor) -> None:
    dead_message(services)
    assert outbox.replay_dead(services.context, actor) > 0


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
OUTBOX_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("outbox.count_messages", "count"): (
        lambda s, a: outbox.count_messages(s.context, a),
        "nnnyyy",
    ),
    ("outbox.list_dead", "list"): (lambda s, a: outbox.list_dead(s.context, a, 20), "nnnyyy"),
    ("digest.read_digest", "read"): (lambda s, a: read_digest(s.context, a), "nnynnn"),
    ("digest.send_digest", "send"): (lambda s, a: send_digest(s.context, a, {}, None), "nnynnn"),
    ("outbox.replay_message", "replay"): (replay, "nnnyyn"),
    ("outbox.replay_dead", "replay all"): (replay_all, "nnnyyn"),
}
