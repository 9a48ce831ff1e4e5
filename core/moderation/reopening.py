"""Who may reopen or undo a decision, and until when. Pure.

A reopened comment is on hold (or escalated) until a person decides again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.errors import PermissionDenied, RuleBroken
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Permission, can, check_can
from core.moderation.policies import AWAITS_PERSON, Action

OWN_FOR = timedelta(days=1)
"""How long people may reopen or undo their own decision; after that it takes REOPEN_ANY."""


def reopened_action(chain: Sequence[Decision]) -> Action:
    """The action of a reopening: HOLD, or ESCALATE if the decision was made on an escalated case.
    `chain` is oldest first."""
    before = chain[-2].action if len(chain) > 1 else Action.HOLD
    return Action.ESCALATE if before is Action.ESCALATE else Action.HOLD


def check_can_reopen(
    actor: Actor,
    chain: Sequence[Decision],
    appeal: Appeal | None,
    now: datetime,
    *,
    is_open: bool = False,
) -> None:
    """Check that the actor may reopen the current decision, the last of `chain`. `is_open`: there
    is an open case, which a visible comment can have. Raises PermissionDenied if another person
    may, RuleBroken if nobody may."""
    check_can(actor, Permission.OPEN_CASE)
    if not chain:
        raise RuleBroken("Nothing has been decided on this comment yet.")
    current = chain[-1]
    if is_open or current.action in AWAITS_PERSON:
        raise RuleBroken("This comment already waits for a decision.")
    if appeal is not None:
        if appeal.status is AppealStatus.PENDING:
            raise RuleBroken("The author has appealed; the appeal decides now.")
        raise RuleBroken("An appeal was heard on this comment; its outcome stands.")
    if current.action is Action.APPROVE or can(actor, Permission.REOPEN_ANY):
        return
    _check_own(actor, chain, now)


def _check_own(actor: Actor, chain: Sequence[Decision], now: datetime) -> None:
    current = chain[-1]
    if not can(actor, Permission.REOPEN_OWN) or current.actor != actor.id:
        check_can(actor, Permission.REOPEN_ANY)
    if reopened_action(chain) is Action.ESCALATE:
        check_can(actor, Permission.DECIDE_ESCALATED)
    _check_day(actor, current, now)


def _check_day(actor: Actor, own: Decision, now: datetime) -> None:
    if now - own.decided_at > OWN_FOR and not can(actor, Permission.REOPEN_ANY):
        raise PermissionDenied(
            "You can undo or reopen your own decision for one day. A lead can reopen it later."
        )


def check_can_undo_as(actor: Actor, chain: Sequence[Decision], now: datetime) -> None:
    """Check that the actor may undo the current decision: undoing needs the permission that making
    it needed, and after `OWN_FOR` also REOPEN_ANY. Raises PermissionDenied."""
    current, before = chain[-1], chain[-2]
    check_can(actor, Permission.DECIDE)
    if before.action is Action.ESCALATE:
        check_can(actor, Permission.DECIDE_ESCALATED)
    _check_day(actor, current, now)
    was_reopened = before.action is Action.REMOVE and current.action is not Action.APPROVE
    # Undoing a reopening removes the comment again, so it needs the permission to reopen it.
    if was_reopened and not can(actor, Permission.REOPEN_ANY):
        _check_own(actor, chain[:-1], now)
