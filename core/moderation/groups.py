"""Groups of cases that are decided together: their limits, and how a repeated request is known.
Pure."""

import hashlib
import json
from collections.abc import Sequence

from core.errors import InvalidInput
from core.moderation.policies import Action

GROUP_LIMIT = 200
"""Members of one group; deciding them keeps other writers waiting for up to half a second."""

_MEMBER = "group:"

Member = tuple[str, int]
"""A revision's id, and its version that was shown."""


def check_members(members: Sequence[Member]) -> None:
    """Raises InvalidInput unless there are 1 to GROUP_LIMIT members, each named once."""
    if not 0 < len(members) <= GROUP_LIMIT:
        raise InvalidInput(f"A group has 1 to {GROUP_LIMIT} comments, not {len(members)}.")
    if len({revision_id for revision_id, _ in members}) < len(members):
        raise InvalidInput("A comment appears twice in the group.")


def group_id_of(idempotency_key: str) -> str:
    """The group's id: the same for a repeated request."""
    return hashlib.sha256(f"group:{idempotency_key}".encode()).hexdigest()[:32]


def member_key(group_id: str, revision_id: str) -> str:
    """The idempotency key of the decision on one member."""
    return f"{_MEMBER}{group_id}:{revision_id}"


def group_of_key(idempotency_key: str) -> str:
    """The group with which the decision of that key was made, empty if it was made by itself."""
    if not idempotency_key.startswith(_MEMBER):
        return ""
    return idempotency_key.removeprefix(_MEMBER).partition(":")[0]


def request_digest(
    actor_id: str,
    members: Sequence[Member],
    action: Action,
    reason_code: str | None,
    *notes: str,
) -> str:
    """By this two requests are told apart; the order of the members does not matter."""
    asked = [actor_id, sorted(members), action, reason_code or "", *notes]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
