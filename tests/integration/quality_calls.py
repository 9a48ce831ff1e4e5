"""Second looks made by real services, and the services of quality for the table of roles."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from threading import Barrier, Thread

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.second_looks import SecondLook
from core.services.context import Context
from core.services.disagreements import (
    drop_golden,
    list_agreed,
    list_disagreements,
    make_golden,
    settle,
)
from core.services.drift import WantedDrift, load_drift
from core.services.quality import load_own_golden, load_quality
from core.services.second_looks import answer_look, list_own_settled, next_look
from tests.factories import HELD, MODERATOR, decided, scored

TOMAS = Actor("tomas", Role.MODERATOR)
PIA = Actor("pia", Role.LEAD)
WHY = "It calls a person names."
NEARLY_ALL = 1 - 1e-9
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)


def drawing(services: Services) -> Context:
    """The context with every decision drawn for a second look."""
    context = services.context
    return replace(context, shares=replace(context.shares, second_look=NEARLY_ALL))


class Drawing:
    """Services in whose place every decision is drawn."""

    def __init__(self, services: Services) -> None:
        self.context = drawing(services)
        self.scorer = services.scorer
        self.clock = services.clock


def look_of(services: Services, revision_id: str) -> SecondLook:
    """The newest second look at a decision on the text."""
    with services.context.store.read() as reader:
        return reader.second_looks_of(revision_id)[-1]


def waiting(
    services: Services, action: Action = Action.REMOVE, *, actor: Actor = MODERATOR
) -> SecondLook:
    """A decision by `actor` that waits for its second look."""
    text = f"{HELD} ({next(_numbers)})"
    drawn: Services = Drawing(services)  # type: ignore[assignment]
    revision = scored(drawn, text)
    decided(drawn, revision, action, actor=actor)
    return look_of(services, revision.id)


def judged(
    services: Services, look: SecondLook, action: Action, *, actor: Actor = TOMAS, note: str = ""
) -> SecondLook:
    """The look, answered."""
    reason = "threat" if action is Action.REMOVE else None
    answer_look(services.context, actor, look.id, action, reason, note=note)
    return look_of(services, look.revision_id)


def differing(services: Services) -> SecondLook:
    """What mina removed and tomas would keep."""
    return judged(services, waiting(services), Action.APPROVE, note="Satire, I think.")


def agreed(services: Services) -> SecondLook:
    """What mina removed and tomas would remove, too."""
    return judged(services, waiting(services), Action.REMOVE)


def golden(services: Services) -> SecondLook:
    """What pia made a golden item."""
    look = agreed(services)
    make_golden(services.context, PIA, look.id)
    return look_of(services, look.revision_id)


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Runs each call in a thread of its own, all begun together, and returns the refusals."""
    start, refused = Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        except ConsoleError as error:
            refused.append(str(error))

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def _answer(services: Services, actor: Actor) -> None:
    answer_look(services.context, actor, waiting(services).id, Action.APPROVE)


def _settle(services: Services, actor: Actor) -> None:
    settle(services.context, actor, differing(services).id, Action.APPROVE, because=WHY)


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
QUALITY_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("second_looks.next_look", "look"): (lambda s, a: next_look(s.context, a), "nyynnn"),
    ("second_looks.answer_look", "answer"): (_answer, "nyynnn"),
    ("second_looks.list_own_settled", "list"): (
        lambda s, a: list_own_settled(s.context, a),
        "nyynnn",
    ),
    ("quality.load_own_golden", "look"): (lambda s, a: load_own_golden(s.context, a), "nyynnn"),
    ("quality.load_quality", "load"): (
        lambda s, a: load_quality(s.context, a, s.policy_history, BEGINNING),
        "nnynny",
    ),
    ("drift.load_drift", "load"): (
        lambda s, a: load_drift(s.context, a, s.policy_history, WantedDrift()),
        "nnyyny",
    ),
    ("disagreements.list_disagreements", "list"): (
        lambda s, a: list_disagreements(s.context, a),
        "nnynny",
    ),
    ("disagreements.list_agreed", "list"): (
        lambda s, a: list_agreed(s.context, a, golden=True),
        "nnynny",
    ),
    ("disagreements.settle", "settle"): (_settle, "nnynnn"),
    ("disagreements.make_golden", "make"): (
        lambda s, a: make_golden(s.context, a, agreed(s).id),
        "nnynnn",
    ),
    ("disagreements.drop_golden", "drop"): (
        lambda s, a: drop_golden(s.context, a, golden(s).id),
        "nnynnn",
    ),
}
