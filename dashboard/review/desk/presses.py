"""The presses that the desk sends. Each has an id made in the browser, and is sent until it has an
outcome; the id is the key under which the state decides it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.bootstrap.services import Services
from core.errors import Conflict, ConsoleError, InvalidInput, NotFound, StoreError
from core.moderation.cases import CaseStatus
from core.moderation.decisions import Decision
from core.moderation.groups import group_id_of
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.group_decisions import GroupReview, decide_group, undo_group
from core.services.queries import load_case
from core.services.reopen import reopen
from core.services.review import Review, decide_case, skip_case, undo_decision
from dashboard.problems import told
from dashboard.review.case_wording import standing_line
from dashboard.review.desk.requests import number, text
from dashboard.review.group_wording import left_out_line
from dashboard.staff_texts import say
from dashboard.wording import millis

MOST_PRESSES = 500
DECISIONS = {"approve": Action.APPROVE, "remove": Action.REMOVE, "escalate": Action.ESCALATE}


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `version` is the one of the case that was on screen. `group` is the id of the
    group to undo, which the page knows after a reload; before, it sends the id of the press."""

    id: str
    kind: str
    action: str
    revision_id: str
    version: int
    reason_code: str | None
    note: str
    internal_note: str
    members: tuple[tuple[str, int], ...]
    group: str


def read_rows(rows: object) -> list[Mapping[str, object]]:
    """The presses as they were sent. Raises InvalidInput before anything is decided, if one has no
    id by which its outcome could be told."""
    if not isinstance(rows, list) or len(rows) > MOST_PRESSES:
        raise InvalidInput(
            say("review.request.too_many", field="`presses`", most=str(MOST_PRESSES))
        )
    for row in rows:
        if not isinstance(row, Mapping) or not text(row, "id"):
            raise InvalidInput(say("review.request.no_id", field="`id`"))
    return rows


def _read(row: Mapping[str, object]) -> Press:
    """Raises InvalidInput, naming the field."""
    return Press(
        id=text(row, "id"),
        kind=text(row, "do"),
        action=text(row, "action") or text(row, "do"),
        revision_id=text(row, "revision"),
        version=number(row, "version"),
        reason_code=text(row, "reason") or None,
        note=text(row, "note"),
        internal_note=text(row, "internal_note"),
        members=_members(row),
        group=text(row, "group_id") or group_id_of(text(row, "group")),
    )


def _members(row: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    """The ticked comments of a group, each with the version that was shown."""
    given = row.get("members", [])
    if not isinstance(given, list):
        raise InvalidInput(say("review.request.no_list", field="`members`"))
    members = []
    for each in given:
        match each:
            case [str(revision_id), int(version)] if not isinstance(version, bool):
                members.append((revision_id, version))
            case _:
                raise InvalidInput(say("review.request.no_members", field="`members`"))
    return tuple(members)


def press_outcomes(
    services: Services, actor: Actor, rows: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """What became of each press, in order: a faulty one must not keep the others from being saved.
    Raises StoreError, also if some were decided: the same presses sent again have the same
    outcomes."""
    return [_outcome(services, actor, row) for row in rows]


def _outcome(services: Services, actor: Actor, row: Mapping[str, object]) -> dict[str, object]:
    press_id = text(row, "id")
    try:
        press = _read(row)
        if press.kind in ("group", "undo_group"):
            return _group_outcome(services, actor, press)
        decision = _act(services, actor, press)
    except StoreError:
        raise
    except ConsoleError as refusal:
        # Somebody else's decision stands; anything else the moderator can mend and press again.
        is_held = isinstance(refusal, Conflict) and _still_waits(services, actor, press)
        can_retry = is_held or not isinstance(refusal, Conflict)
        shown = {"words": told(refusal), "can_retry": can_retry, "is_held": is_held}
        return {"id": press_id, "is_done": False, **shown}
    at = millis(decision.effective_at) if decision else None
    return {"id": press_id, "is_done": True, "effective_at": at}


def _still_waits(services: Services, actor: Actor, press: Press) -> bool:
    """Whether the case is as it was on screen: then somebody else only has it open."""
    try:
        view = load_case(services.context, actor, press.revision_id)
    except NotFound:
        return False
    return view.case.status is not CaseStatus.CLOSED and len(view.chain) == press.version


def _group_outcome(services: Services, actor: Actor, press: Press) -> dict[str, object]:
    if press.kind == "undo_group":
        outcome = undo_group(services.context, actor, press.group)
    else:
        review = GroupReview(
            members=press.members,
            action=_action(press),
            idempotency_key=press.id,
            reason_code=press.reason_code,
            note=press.note,
            internal_note=press.internal_note,
        )
        outcome = decide_group(services.context, actor, review)
    first = outcome.decisions[0] if outcome.decisions else None
    return {
        "id": press.id,
        "is_done": True,
        "effective_at": millis(first.effective_at) if first else None,
        "words": left_out_line(outcome.skipped),
    }


def _action(press: Press) -> Action:
    """Raises InvalidInput."""
    if press.action not in DECISIONS:
        raise InvalidInput(say("review.request.no_press", press=repr(press.action)))
    return DECISIONS[press.action]


def _act(services: Services, actor: Actor, press: Press) -> Decision | None:
    context, seen = services.context, press.version
    if press.kind == "skip":
        ended = skip_case(context, actor, press.revision_id, press=press.id)
        if ended is not None:
            raise Conflict(standing_line(ended))
        return None
    if press.kind == "undo":
        return undo_decision(context, actor, press.revision_id, seen_version=seen)
    if press.kind == "reopen":
        return reopen(context, actor, press.revision_id, seen_version=seen)
    review = Review(
        revision_id=press.revision_id,
        seen_version=seen,
        action=_action(press),
        idempotency_key=press.id,
        reason_code=press.reason_code,
        note=press.note,
        internal_note=press.internal_note,
    )
    return decide_case(context, actor, review)
