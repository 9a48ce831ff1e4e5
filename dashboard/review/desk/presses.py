"""The presses that the desk sends. Each has an id made in the browser, and is sent until it has an
outcome; the id is the key under which the state decides it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.bootstrap.services import Services
from core.errors import Conflict, ConsoleError, InvalidInput, StoreError
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.reopen import reopen
from core.services.review import Review, decide_case, describe_decision, skip_case, undo_decision
from dashboard.review.desk.requests import number, text
from dashboard.wording import millis

MOST_PRESSES = 500
DECISIONS = {"approve": Action.APPROVE, "remove": Action.REMOVE, "escalate": Action.ESCALATE}


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `version` is the one of the case that was on screen."""

    id: str
    kind: str
    revision_id: str
    version: int
    reason_code: str | None
    note: str


def read_presses(rows: object) -> list[Press]:
    """Raises InvalidInput, naming the field, before anything is decided."""
    if not isinstance(rows, list) or len(rows) > MOST_PRESSES:
        raise InvalidInput(f"`presses` must be a list of at most {MOST_PRESSES}.")
    return [_read(row) for row in rows]


def _read(row: object) -> Press:
    if not isinstance(row, Mapping):
        raise InvalidInput("Each press must be an object.")
    return Press(
        id=text(row, "id"),
        kind=text(row, "do"),
        revision_id=text(row, "revision"),
        version=number(row, "version"),
        reason_code=text(row, "reason") or None,
        note=text(row, "note"),
    )


def press_outcomes(
    services: Services, actor: Actor, presses: Sequence[Press]
) -> list[dict[str, object]]:
    """What became of each press, in order. Raises StoreError, also if some were decided: the same
    presses sent again have the same outcomes."""
    return [_outcome(services, actor, press) for press in presses]


def _outcome(services: Services, actor: Actor, press: Press) -> dict[str, object]:
    try:
        decision = _act(services, actor, press)
    except StoreError:
        raise
    except ConsoleError as refusal:
        # Somebody else's decision stands; anything else the moderator can mend and press again.
        is_final = isinstance(refusal, Conflict)
        return {"id": press.id, "is_done": False, "words": str(refusal), "can_retry": not is_final}
    at = millis(decision.decided_at) if decision else None
    return {"id": press.id, "is_done": True, "effective_at": at}


def _act(services: Services, actor: Actor, press: Press) -> Decision | None:
    context, seen = services.context, press.version
    if press.kind == "skip":
        ended = skip_case(context, actor, press.revision_id)
        if ended is not None:
            raise Conflict(describe_decision(ended))
        return None
    if press.kind == "undo":
        return undo_decision(context, actor, press.revision_id, seen_version=seen)
    if press.kind == "reopen":
        return reopen(context, actor, press.revision_id, seen_version=seen)
    if press.kind not in DECISIONS:
        raise InvalidInput(f"There is no press {press.kind!r}.")
    review = Review(
        revision_id=press.revision_id,
        seen_version=seen,
        action=DECISIONS[press.kind],
        idempotency_key=press.id,
        reason_code=press.reason_code,
        note=press.note,
    )
    return decide_case(context, actor, review)
