"""Drafts of the next policy: who may change, propose, publish and discard one. Pure.

One person drafts and proposes, another one publishes. So nobody alone changes what happens to
comments, whatever their role is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Conflict, PermissionDenied, RuleBroken
from core.moderation.cleaning import is_storable
from core.moderation.invisible import visible_form
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Policy
from core.moderation.policy_json import policy_digest

MAX_NOTE_CHARS = 500
MIN_NOTE_CHARS = 10
TRIED_FOR = timedelta(hours=1)
"""For so long a trial counts as one on the past as it stands."""


class DraftState(StrEnum):
    """The strings are stored. The last two end a draft."""

    DRAFTED = "drafted"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN_STATES = frozenset({DraftState.DRAFTED, DraftState.PROPOSED})


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A policy that is not in force. `base_version` is the one that was in force when it was
    written, `policy` has the number after it. `note` says why. `version` counts its changes.
    `rolls_back_to`: it says again what that earlier version said. `ended_by` published or discarded
    it, as `published_version`."""

    id: str
    author: str
    base_version: int
    policy: Policy
    note: str
    state: DraftState
    created_at: datetime
    updated_at: datetime
    version: int = 1
    rolls_back_to: int | None = None
    ended_by: str | None = None
    published_version: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be published."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial of a policy with that digest beside the version in force: on how many past `texts`,
    as they were at `read_at`, and how many of them would have been decided otherwise."""

    digest: str
    in_force_version: int
    read_at: datetime
    texts: int
    flips: int


def check_note(note: str, *, is_needed: bool = False) -> str:
    """The note, trimmed. Raises RuleBroken if it is too long, or too short where it is needed."""
    trimmed = note.strip()
    if len(trimmed) > MAX_NOTE_CHARS:
        raise RuleBroken(f"Please use at most {MAX_NOTE_CHARS} characters.")
    if not is_storable(trimmed):
        raise RuleBroken("The note holds characters that can't be stored.")
    if is_needed and len(visible_form(trimmed).strip()) < MIN_NOTE_CHARS:
        raise RuleBroken("Say in a sentence why: whoever publishes it has to know.")
    return trimmed


def check_seen(draft: PolicyDraft, seen_version: int) -> None:
    """Raises Conflict if the draft was changed after it was shown, or has ended."""
    if draft.state is DraftState.PUBLISHED:
        raise Conflict(f"{draft.ended_by} has published it as version {draft.published_version}.")
    if draft.state is DraftState.DISCARDED:
        raise Conflict(f"{draft.ended_by} has discarded this draft.")
    if draft.version != seen_version:
        raise Conflict("This draft was changed after it was shown to you. Look at it again.")


def check_own(draft: PolicyDraft, actor: Actor) -> None:
    """Raises PermissionDenied if somebody else wrote the draft."""
    if draft.author != actor.id:
        raise PermissionDenied(f"This is {draft.author}'s draft; only they can change it.")


def check_base(base_version: int, in_force: Policy) -> None:
    """Raises Conflict if the policy in force is no longer the one that a draft began from."""
    if base_version != in_force.version:
        raise Conflict(
            f"Version {in_force.version} came into force after this was begun from version "
            f"{base_version}. Look at what it changed, and begin again from it."
        )


def check_changes_something(policy: Policy, in_force: Policy) -> None:
    """Raises RuleBroken if both say the same."""
    if policy_digest(policy) == policy_digest(in_force):
        raise RuleBroken(f"This says the same as version {in_force.version}, which is in force.")


def check_can_publish(
    draft: PolicyDraft, actor: Actor, in_force: Policy, *, may_alone: bool = False
) -> None:
    """Raises PermissionDenied for the author, unless they `may_alone`, RuleBroken for a draft that
    was not proposed, and Conflict if another policy came into force meanwhile."""
    if draft.author == actor.id and not may_alone:
        raise PermissionDenied("You wrote this yourself; somebody else has to publish it.")
    if draft.state is not DraftState.PROPOSED:
        raise RuleBroken(f"{draft.author} has not proposed this draft.")
    check_base(draft.base_version, in_force)
    check_changes_something(draft.policy, in_force)


def check_tried(
    draft: PolicyDraft, in_force: Policy, tried: Tried | None, untried_reason: str, now: datetime
) -> str:
    """The reason, trimmed, why the draft was not tried on the past; empty if it was. Raises
    RuleBroken without either, and Conflict for a trial of something else or of too long ago."""
    if tried is None:
        if not untried_reason.strip():
            raise RuleBroken("Try it on the past first, or say why that can't be done.")
        return check_note(untried_reason, is_needed=True)
    is_this = tried.digest == policy_digest(draft.policy)
    if not is_this or tried.in_force_version != in_force.version or now - tried.read_at > TRIED_FOR:
        raise Conflict("What you saw is not how this draft does on the past now. Look at it again.")
    return ""


def check_can_discard(draft: PolicyDraft, actor: Actor) -> None:
    """Raises PermissionDenied unless the actor wrote it, or may publish it and it was proposed."""
    may_refuse = can(actor, Permission.PUBLISH_POLICY) and draft.state is DraftState.PROPOSED
    if draft.author != actor.id and not may_refuse:
        raise PermissionDenied(f"This is {draft.author}'s draft, and it was not proposed.")
