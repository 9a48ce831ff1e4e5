"""One of several processes that decide on the same few revisions as fast as they can.

`python hot_process.py HOME STATE_URL COUNT REVISION ...` stores COUNT decisions. It prints how many
were refused because another process had been faster, and how often the state gave no answer and was
asked again.
"""

import sys
from itertools import cycle
from pathlib import Path

from sqlalchemy import select

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.errors import StoreError
from core.identifiers import new_id
from core.moderation.audit import AuditKind
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.store.sql.reader import SqlReader
from core.store.sql.tables import revisions

MODERATOR = Actor("mina", Role.MODERATOR)


def seen_version(services: Services, revision_id: str) -> int:
    with services.context.store.read() as reader:
        assert isinstance(reader, SqlReader)
        query = select(revisions.c.version).where(revisions.c.id == revision_id)
        return int(reader._connection.execute(query).scalar_one())


def decide(services: Services, revision_id: str) -> bool:
    seen = seen_version(services, revision_id)
    decision = Decision(
        id=new_id(),
        revision_id=revision_id,
        action=Action.APPROVE,
        source=DecisionSource.REVIEWER,
        actor=MODERATOR.id,
        policy_version=1,
        decided_at=services.clock.now(),
    )
    audit = services.context.audit(AuditKind.DECISION_REVIEWED, MODERATOR, revision_id)
    with services.context.store.write() as tx:
        return tx.add_decision(decision, seen_version=seen, idempotency_key=new_id(), audit=audit)


def main() -> None:
    home, state_url, count, *revision_ids = sys.argv[1:]
    settings = Settings(home=Path(home), state_url=state_url, backend="fake")
    services = build_services(settings, worker="hot")
    stored = refused = unanswered = 0
    for revision_id in cycle(revision_ids):
        if stored == int(count):
            break
        try:
            is_stored = decide(services, revision_id)
        except StoreError:
            unanswered += 1
            continue
        if is_stored:
            stored += 1
        else:
            refused += 1
    print(refused, unanswered)


if __name__ == "__main__":
    main()
