"""Who may reopen or undo which decision, until when: every role in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermissionDenied, RuleBroken
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.reopening import (
    OWN_FOR,
    check_can_reopen,
    check_can_undo_as,
    reopened_action,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ME, OTHER = "me", "somebody"
A, E, H, R = Action.APPROVE, Action.ESCALATE, Action.HOLD, Action.REMOVE


def chain(*steps: tuple[Action, str], at: datetime = NOW) -> list[Decision]:
    """A chain of decisions; those by `system` were made by a rule."""
    return [
        Decision(
            id=f"d{number}",
            revision_id="r",
            action=action,
            source=DecisionSource.RULE if who == "system" else DecisionSource.REVIEWER,
            actor=who,
            policy_version=1,
            decided_at=at,
            reason_code="other" if action is R else None,
            supersedes=f"d{number - 1}" if number else None,
        )
        for number, (action, who) in enumerate(steps)
    ]


STATES = {
    "approved by the model": chain((A, "system")),
    "approved by somebody": chain((H, "system"), (A, OTHER)),
    "approved by me": chain((H, "system"), (A, ME)),
    "removed by the model": chain((R, "system")),
    "removed by somebody": chain((H, "system"), (R, OTHER)),
    "removed by me": chain((H, "system"), (R, ME)),
    "removed by me after an escalation": chain((H, "system"), (E, OTHER), (R, ME)),
    "approved by me after an escalation": chain((H, "system"), (E, OTHER), (A, ME)),
    "removed by me a day ago": chain((H, "system"), (R, ME), at=NOW - OWN_FOR),
    "removed by me longer ago": chain(
        (H, "system"), (R, ME), at=NOW - OWN_FOR - timedelta(seconds=1)
    ),
    "removed by somebody once": chain((H, "system"), (R, OTHER), at=NOW - timedelta(days=400)),
}
ROLES = (Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.OPS, Role.ADMIN, Role.AUDITOR)
STAFF, OWN, LEADS = "nyyynn", "nyynnn", "nnynnn"
# In the order of ROLES: y may, n may not.
TABLE = {
    "approved by the model": STAFF,
    "approved by somebody": STAFF,
    "approved by me": STAFF,
    "approved by me after an escalation": STAFF,
    "removed by the model": LEADS,
    "removed by somebody": LEADS,
    "removed by me": OWN,
    "removed by me after an escalation": LEADS,
    "removed by me a day ago": OWN,
    "removed by me longer ago": LEADS,
    "removed by somebody once": LEADS,
}
ROWS = [
    (state, role, may == "y")
    for state, row in TABLE.items()
    for role, may in zip(ROLES, row, strict=True)
]


def test_table_names_every_role_and_state() -> None:
    assert {*ROLES, Role.SYSTEM} == set(Role)
    assert set(TABLE) == set(STATES)


@pytest.mark.parametrize(("state", "role", "may"), ROWS)
def test_role_reopens_what_the_table_says(state: str, role: Role, may: bool) -> None:
    actor = Actor(ME, role)
    if may:
        check_can_reopen(actor, STATES[state], None, NOW)
        return
    with pytest.raises(PermissionDenied):
        check_can_reopen(actor, STATES[state], None, NOW)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD])
@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ([], "Nothing has been decided"),
        (chain((H, "system")), "already waits for a decision"),
        (chain((H, "system"), (E, ME)), "already waits for a decision"),
        (chain((R, "system"), (H, ME)), "already waits for a decision"),
    ],
)
def test_nobody_reopens_what_waits(role: Role, decisions: list[Decision], message: str) -> None:
    with pytest.raises(RuleBroken, match=message):
        check_can_reopen(Actor(ME, role), decisions, None, NOW)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD, Role.OPS])
def test_nobody_reopens_a_visible_comment_with_an_open_case(role: Role) -> None:
    with pytest.raises(RuleBroken, match="already waits for a decision"):
        check_can_reopen(Actor(ME, role), chain((A, "system")), None, NOW, is_open=True)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD])
@pytest.mark.parametrize("status", AppealStatus)
def test_nobody_reopens_what_an_appeal_decides(role: Role, status: AppealStatus) -> None:
    appeal = Appeal("a", "d1", "r", "words", status, NOW, NOW)
    standing = A if status is AppealStatus.OVERTURNED else R
    decisions = chain((H, "system"), (standing, ME))
    with pytest.raises(RuleBroken, match="appeal"):
        check_can_reopen(Actor(ME, role), decisions, appeal, NOW)


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (STATES["approved by the model"], H),
        (STATES["removed by somebody"], H),
        (STATES["removed by me after an escalation"], E),
        (chain((E, "system"), (A, ME)), E),
    ],
)
def test_what_a_lead_had_to_decide_is_a_leads_again(
    decisions: list[Decision], expected: Action
) -> None:
    assert reopened_action(decisions) is expected


@pytest.mark.parametrize(
    ("decisions", "may"),
    [
        (STATES["removed by me"], {Role.MODERATOR, Role.LEAD}),
        (STATES["removed by me after an escalation"], {Role.LEAD}),
        (STATES["approved by me after an escalation"], {Role.LEAD}),
        (chain((H, "system"), (E, ME)), {Role.MODERATOR, Role.LEAD}),
        (chain((R, "system"), (H, ME)), {Role.LEAD}),  # undoing it removes again
        (chain((H, "system"), (R, OTHER), (H, ME)), {Role.LEAD}),
        (chain((H, "system"), (R, ME), (H, ME)), {Role.MODERATOR, Role.LEAD}),
        (chain((A, "system"), (H, ME)), {Role.MODERATOR, Role.LEAD}),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_undo_takes_the_right_the_decision_took(
    decisions: list[Decision], may: set[Role], role: Role
) -> None:
    if role in may:
        check_can_undo_as(Actor(ME, role), decisions, NOW)
        return
    with pytest.raises(PermissionDenied):
        check_can_undo_as(Actor(ME, role), decisions, NOW)


@pytest.mark.parametrize(("role", "may"), [(Role.MODERATOR, False), (Role.LEAD, True)])
def test_undo_has_the_same_day(role: Role, may: bool) -> None:
    decisions = STATES["approved by me"]
    check_can_undo_as(Actor(ME, role), decisions, NOW + OWN_FOR)
    late = NOW + OWN_FOR + timedelta(microseconds=1)
    if may:
        check_can_undo_as(Actor(ME, role), decisions, late)
        return
    with pytest.raises(PermissionDenied, match="your own decision for one day"):
        check_can_undo_as(Actor(ME, role), decisions, late)


def test_the_day_of_ones_own_is_counted_from_the_decision() -> None:
    decisions = [replace(past, decided_at=NOW) for past in STATES["removed by me"]]
    actor = Actor(ME, Role.MODERATOR)
    check_can_reopen(actor, decisions, None, NOW + OWN_FOR)
    with pytest.raises(PermissionDenied, match="A lead can reopen it later"):
        check_can_reopen(actor, decisions, None, NOW + OWN_FOR + timedelta(microseconds=1))
