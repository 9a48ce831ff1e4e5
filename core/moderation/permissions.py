"""Roles and their permissions. Services call `check_can`, which raises PermissionDenied."""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import PermissionDenied
from core.moderation.cases import CaseStatus


class Role(StrEnum):
    """The role of a person; it grants permissions. The strings are stored."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"
    """The console's own programs and commands; no person has it."""


class Permission(StrEnum):
    """One thing that a role can be permitted; the value completes "you may not ..."."""

    SEE_QUEUE = "see the review queue"
    DECIDE = "decide on comments"
    DECIDE_ESCALATED = "decide on escalated comments"
    OPEN_CASE = "open a case on a visible comment"
    REOPEN_OWN = "reopen their own decision for a day"
    REOPEN_ANY = "reopen any decision"
    REPORT = "report comments"
    SEE_REPORTS = "see reports"
    MUTE_REPORTERS = "mute reporters"
    SEE_BLIND = "see what a blind case hid, once it is decided"
    SET_PREFERENCES = "set your preferences"
    SEE_APPEALS = "see appeals"
    HEAR_APPEALS = "hear appeals"
    SEE_SERVING = "see latency and throughput"
    LOOK_UP = "look up a decision"
    INGEST = "bring in comments"
    COMPARE_BACKENDS = "compare backends"
    SEE_AUDIT = "see the audit log"
    SEE_POLICY = "see the policy"
    SIMULATE_POLICY = "try a policy on past decisions"
    DRAFT_POLICY = "draft a policy"
    PUBLISH_POLICY = "publish a policy that another person drafted"
    SEE_TRANSPARENCY = "see the transparency report"
    SEE_WORK = "see how long things wait and who decided"
    TAKE_SECOND_LOOKS = "take second looks"
    SEE_QUALITY = "see how far people agree"
    SEE_DRIFT = "see how what comes in changes"
    SETTLE_DISAGREEMENTS = "settle disagreements"
    KEEP_GOLDEN_ITEMS = "make and drop golden items"
    EXPORT_STATEMENTS = "export statements of reasons"
    SEE_OUTBOX = "see messages to the site and to authors"
    REPLAY_MESSAGES = "have dead messages sent again"
    SEND_DIGEST = "send the digest of what waits"
    RUN_LOAD_TESTS = "start and stop load tests"
    ERASE = "erase what an author wrote"
    EXPORT_AUTHOR = "export what is kept of an author"
    RESTORE = "restore a backup"
    SEE_KEYS = "see API keys"
    MANAGE_KEYS = "make and revoke API keys"
    SEE_PEOPLE = "see who works here"
    MANAGE_PEOPLE = "invite people, give roles and disable people"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program that acts, as audit events name it. Somebody may have further roles and
    then may do what any of them grants; `role` is their main one."""

    id: str
    role: Role
    also: tuple[Role, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """The main one first."""
        return (self.role, *self.also)


SYSTEM = Actor(id="system", role=Role.SYSTEM)

_STAFF_READS = {
    Permission.SEE_QUEUE,
    Permission.SEE_REPORTS,
    Permission.SEE_APPEALS,
    Permission.SEE_SERVING,
    Permission.LOOK_UP,
    Permission.SEE_POLICY,
}
# No program decides as a person would.
_ONLY_PEOPLE = {
    Permission.DECIDE,
    Permission.DECIDE_ESCALATED,
    Permission.OPEN_CASE,
    Permission.REOPEN_OWN,
    Permission.REOPEN_ANY,
    Permission.MUTE_REPORTERS,
    Permission.SEE_BLIND,
    Permission.SET_PREFERENCES,
    Permission.HEAR_APPEALS,
    Permission.TAKE_SECOND_LOOKS,
    Permission.SETTLE_DISAGREEMENTS,
    Permission.KEEP_GOLDEN_ITEMS,
    Permission.DRAFT_POLICY,
    Permission.PUBLISH_POLICY,
}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AUTHOR: frozenset({Permission.LOOK_UP}),
    Role.MODERATOR: frozenset(
        _STAFF_READS
        | {
            Permission.DECIDE,
            Permission.OPEN_CASE,
            Permission.REOPEN_OWN,
            Permission.SET_PREFERENCES,
            Permission.TAKE_SECOND_LOOKS,
        }
    ),
    Role.LEAD: frozenset(
        _STAFF_READS
        | {
            Permission.DECIDE,
            Permission.DECIDE_ESCALATED,
            Permission.OPEN_CASE,
            Permission.REOPEN_OWN,
            Permission.REOPEN_ANY,
            Permission.MUTE_REPORTERS,
            Permission.SEE_BLIND,
            Permission.SET_PREFERENCES,
            Permission.HEAR_APPEALS,
            Permission.COMPARE_BACKENDS,
            Permission.RUN_LOAD_TESTS,
            Permission.SEE_TRANSPARENCY,
            Permission.SEE_WORK,
            Permission.SEND_DIGEST,
            Permission.TAKE_SECOND_LOOKS,
            Permission.SEE_QUALITY,
            Permission.SEE_DRIFT,
            Permission.SETTLE_DISAGREEMENTS,
            Permission.KEEP_GOLDEN_ITEMS,
            Permission.SIMULATE_POLICY,
            Permission.DRAFT_POLICY,
            Permission.PUBLISH_POLICY,
        }
    ),
    Role.OPS: frozenset(
        {
            Permission.SEE_SERVING,
            Permission.LOOK_UP,
            Permission.OPEN_CASE,
            Permission.INGEST,
            Permission.REPORT,
            Permission.COMPARE_BACKENDS,
            Permission.SEE_DRIFT,
            Permission.RUN_LOAD_TESTS,
            # What a message says was decided by others; that it arrives is a matter of servers.
            Permission.SEE_OUTBOX,
            Permission.REPLAY_MESSAGES,
            Permission.SET_PREFERENCES,
        }
    ),
    # Whoever gives rights takes no decision with them, unless they have another role, too.
    Role.ADMIN: frozenset(
        {
            Permission.SEE_SERVING,
            Permission.LOOK_UP,
            Permission.SEE_POLICY,
            Permission.SEE_AUDIT,
            Permission.SEE_TRANSPARENCY,
            Permission.EXPORT_STATEMENTS,
            Permission.SEE_OUTBOX,
            Permission.REPLAY_MESSAGES,
            Permission.ERASE,
            Permission.EXPORT_AUTHOR,
            Permission.RESTORE,
            Permission.SEE_KEYS,
            Permission.MANAGE_KEYS,
            Permission.SEE_PEOPLE,
            Permission.MANAGE_PEOPLE,
            Permission.SET_PREFERENCES,
        }
    ),
    # Preferences change only what the auditor's own pages show.
    Role.AUDITOR: frozenset(
        _STAFF_READS
        | {
            Permission.SEE_BLIND,
            Permission.SET_PREFERENCES,
            Permission.SEE_AUDIT,
            Permission.SEE_KEYS,
            Permission.SEE_PEOPLE,
            Permission.SIMULATE_POLICY,
            Permission.SEE_TRANSPARENCY,
            Permission.SEE_WORK,
            Permission.SEE_QUALITY,
            Permission.SEE_DRIFT,
            Permission.EXPORT_STATEMENTS,
            Permission.SEE_OUTBOX,
        }
    ),
    Role.SYSTEM: frozenset(Permission) - _ONLY_PEOPLE,
}


def can(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles grants the permission."""
    return any(permission in GRANTS[role] for role in actor.roles)


def check_can(actor: Actor, permission: Permission) -> None:
    """Raises PermissionDenied, naming roles and permission, if none of the roles grants it."""
    if not can(actor, permission):
        raise PermissionDenied(f"As {' and '.join(actor.roles)} you may not {permission}.")


def decide_permission(status: CaseStatus) -> Permission:
    """The permission needed to decide on a case in that status."""
    return Permission.DECIDE_ESCALATED if status is CaseStatus.ESCALATED else Permission.DECIDE
