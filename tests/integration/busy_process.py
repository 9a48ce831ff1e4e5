"""A busy console, to be killed: ingests, scores and reviews, and prints each committed step.

`python busy_process.py HOME STATE_URL ROUND` prints one line after each committed step, flushed at
once.
"""

import sys
from itertools import count
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.errors import Conflict
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.services.ingest import ingest
from core.services.queries import load_case
from core.services.queue import list_queue
from core.services.review import Review, decide_case, undo_decision
from core.services.score import score_waiting

MODERATOR = Actor("mina", Role.MODERATOR)
TEXTS = ("Good morning.", "You idiot.", "Only a moron would.", "Idiot, again.")


def say(what: str, name: str) -> None:
    print(what, name, flush=True)


def bring_in(services: Services, names: list[str], edit: str) -> None:
    rows = [
        IncomingComment("site", name, TEXTS[n % len(TEXTS)] + edit, "sam", services.clock.now())
        for n, name in enumerate(names)
    ]
    for _ in ingest(services.context, SYSTEM, rows):
        for name in names:
            say("stored", name)


def review(services: Services) -> None:
    page = list_queue(services.context, MODERATOR, QueueFilter(), limit=4)
    for number, item in enumerate(page.items):
        version = len(load_case(services.context, MODERATOR, item.revision_id).chain)
        action = (Action.APPROVE, Action.REMOVE)[number % 2]
        wanted = Review(
            revision_id=item.revision_id,
            seen_version=version,
            action=action,
            idempotency_key=f"{item.revision_id}:{version}",
            reason_code="harassment" if action is Action.REMOVE else None,
        )
        try:
            say("decided", decide_case(services.context, MODERATOR, wanted).id)
        except Conflict:
            continue  # another such process was first
        if number == 3:
            undone = undo_decision(
                services.context, MODERATOR, item.revision_id, seen_version=version + 1
            )
            say("decided", undone.id)


def main() -> None:
    home, state_url, round_name = sys.argv[1:]
    settings = Settings(home=Path(home), state_url=state_url, backend="fake")
    services = build_services(settings, worker="busy")
    say("ready", round_name)
    for number in count():
        names = [f"{round_name}-{number}-{n}" for n in range(6)]
        bring_in(services, names, "")
        for _ in score_waiting(services.context, services.scorer):
            say("scored", str(number))
        review(services)
        bring_in(services, names[:2], " Edited.")


if __name__ == "__main__":
    main()
