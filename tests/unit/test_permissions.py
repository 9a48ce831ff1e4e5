"""Every role with every permission, written out."""

import pytest

from core.errors import PermissionDenied
from core.moderation.cases import CaseStatus
from core.moderation.people import STAFF_ROLES
from core.moderation.permissions import (
    GRANTS,
    SYSTEM,
    Actor,
    Permission,
    Role,
    can,
    check_can,
    decide_permission,
)

ROLES = (Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.OPS, Role.ADMIN, Role.AUDITOR)
Y, N = True, False
TABLE: dict[Permission, tuple[bool, ...]] = {
    # in the order of ROLES:        author moderator lead ops admin auditor
    Permission.SEE_QUEUE:          (N, Y, Y, N, N, Y),
    Permission.DECIDE:             (N, Y, Y, N, N, N),
    Permission.DECIDE_ESCALATED:   (N, N, Y, N, N, N),
    Permission.OPEN_CASE:          (N, Y, Y, Y, N, N),
    Permission.REOPEN_OWN:         (N, Y, Y, N, N, N),
    Permission.REOPEN_ANY:         (N, N, Y, N, N, N),
    Permission.REPORT:             (N, N, N, Y, N, N),
    Permission.SEE_REPORTS:        (N, Y, Y, N, N, Y),
    Permission.MUTE_REPORTERS:     (N, N, Y, N, N, N),
    Permission.SEE_BLIND:          (N, N, Y, N, N, Y),
    Permission.SEE_POLICY:         (N, Y, Y, N, Y, Y),
    Permission.SIMULATE_POLICY:    (N, N, Y, N, N, Y),
    Permission.DRAFT_POLICY:       (N, N, Y, N, N, N),
    Permission.PUBLISH_POLICY:     (N, N, Y, N, N, N),
    Permission.SEE_AUDIT:          (N, N, N, N, Y, Y),
    Permission.SEE_TRANSPARENCY:   (N, N, Y, N, Y, Y),
    Permission.SEE_WORK:           (N, N, Y, N, N, Y),
    Permission.TAKE_SECOND_LOOKS:  (N, Y, Y, N, N, N),
    Permission.SEE_QUALITY:        (N, N, Y, N, N, Y),
    Permission.SEE_DRIFT:          (N, N, Y, Y, N, Y),
    Permission.SETTLE_DISAGREEMENTS: (N, N, Y, N, N, N),
    Permission.KEEP_GOLDEN_ITEMS:  (N, N, Y, N, N, N),
    Permission.EXPORT_STATEMENTS:  (N, N, N, N, Y, Y),
    Permission.SEE_OUTBOX:         (N, N, N, Y, Y, Y),
    Permission.REPLAY_MESSAGES:    (N, N, N, Y, Y, N),
    Permission.SEND_DIGEST:        (N, N, Y, N, N, N),
    Permission.RUN_LOAD_TESTS:     (N, N, Y, Y, N, N),
    Permission.ERASE:              (N, N, N, N, Y, N),
    Permission.EXPORT_AUTHOR:      (N, N, N, N, Y, N),
    Permission.RESTORE:            (N, N, N, N, Y, N),
    Permission.SEE_KEYS:           (N, N, N, N, Y, Y),
    Permission.MANAGE_KEYS:        (N, N, N, N, Y, N),
    Permission.SEE_PEOPLE:         (N, N, N, N, Y, Y),
    Permission.MANAGE_PEOPLE:      (N, N, N, N, Y, N),
    Permission.SET_PREFERENCES:    (N, Y, Y, Y, Y, Y),
    Permission.SEE_APPEALS:        (N, Y, Y, N, N, Y),
    Permission.HEAR_APPEALS:       (N, N, Y, N, N, N),
    Permission.SEE_SERVING:        (N, Y, Y, Y, Y, Y),
    Permission.LOOK_UP:            (Y, Y, Y, Y, Y, Y),
    Permission.INGEST:             (N, N, N, Y, N, N),
    Permission.COMPARE_BACKENDS:   (N, N, Y, Y, N, N),
}  # fmt: skip
DECIDING = {
    Permission.DECIDE,
    Permission.DECIDE_ESCALATED,
    Permission.OPEN_CASE,
    Permission.REOPEN_OWN,
    Permission.REOPEN_ANY,
    Permission.HEAR_APPEALS,
    Permission.TAKE_SECOND_LOOKS,
    Permission.SETTLE_DISAGREEMENTS,
    Permission.KEEP_GOLDEN_ITEMS,
    Permission.MUTE_REPORTERS,
    Permission.DRAFT_POLICY,
    Permission.PUBLISH_POLICY,
}
ROWS = [
    (role, permission, granted)
    for permission, row in TABLE.items()
    for role, granted in zip(ROLES, row, strict=True)
]


def test_table_names_every_role_and_permission() -> None:
    assert {*ROLES, Role.SYSTEM} == set(Role) == set(GRANTS)
    assert set(TABLE) == set(Permission)


@pytest.mark.parametrize(("role", "permission", "granted"), ROWS)
def test_role_may_do_what_the_table_says(role: Role, permission: Permission, granted: bool) -> None:
    assert can(Actor("somebody", role), permission) is granted


@pytest.mark.parametrize(
    ("role", "permission"), [(role, permission) for role, permission, granted in ROWS if granted]
)
def test_granted_permission_passes_the_check(role: Role, permission: Permission) -> None:
    check_can(Actor("somebody", role), permission)


@pytest.mark.parametrize(
    ("role", "permission"),
    [(role, permission) for role, permission, granted in ROWS if not granted],
)
def test_refusal_names_the_role_and_the_act(role: Role, permission: Permission) -> None:
    with pytest.raises(PermissionDenied) as refusal:
        check_can(Actor("somebody", role), permission)
    assert str(refusal.value) == f"As {role} you may not {permission}."


def test_the_system_decides_nothing_and_is_no_persons_role() -> None:
    assert not DECIDING & GRANTS[SYSTEM.role]
    assert {Permission.ERASE, Permission.MANAGE_PEOPLE, Permission.INGEST} <= GRANTS[SYSTEM.role]
    assert SYSTEM.role not in STAFF_ROLES


@pytest.mark.parametrize("first", ROLES)
@pytest.mark.parametrize("second", ROLES)
def test_whoever_has_two_roles_may_do_what_either_grants(first: Role, second: Role) -> None:
    both = Actor("somebody", first, (second,))
    granted = {permission for permission in Permission if can(both, permission)}
    assert granted == GRANTS[first] | GRANTS[second]


def test_a_refusal_names_both_roles() -> None:
    with pytest.raises(PermissionDenied, match=r"^As ops and admin you may not decide on comments"):
        check_can(Actor("somebody", Role.OPS, (Role.ADMIN,)), Permission.DECIDE)


def test_an_admin_takes_no_decision() -> None:
    assert not DECIDING & GRANTS[Role.ADMIN]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (CaseStatus.OPEN, Permission.DECIDE),
        (CaseStatus.ESCALATED, Permission.DECIDE_ESCALATED),
        (CaseStatus.CLOSED, Permission.DECIDE),
    ],
)
def test_escalated_case_takes_the_higher_permission(
    status: CaseStatus, expected: Permission
) -> None:
    assert decide_permission(status) is expected


def test_auditor_reads_and_changes_nothing() -> None:
    acts = {
        Permission.DECIDE,
        Permission.DECIDE_ESCALATED,
        Permission.OPEN_CASE,
        Permission.REOPEN_OWN,
        Permission.REOPEN_ANY,
        Permission.HEAR_APPEALS,
        Permission.INGEST,
        Permission.MANAGE_PEOPLE,
    }
    assert not acts & GRANTS[Role.AUDITOR]
