"""Claims: who has a case open, so that two people don't work on the same one. Pure.

A claim is a lease: it ends by itself unless it is renewed, so a closed browser keeps no case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Conflict

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's hold on a case. `actor` is their id; renewing it moves `expires_at` only."""

    revision_id: str
    actor: str
    claimed_at: datetime
    expires_at: datetime


def is_held(claim: Claim | None, now: datetime) -> bool:
    """Whether anybody holds the case."""
    return claim is not None and now < claim.expires_at


def held_by_other(claim: Claim | None, actor_id: str, now: datetime) -> bool:
    """Whether somebody else holds the case, so that the actor may neither take nor decide it."""
    return claim is not None and claim.actor != actor_id and is_held(claim, now)


def taken_claim(before: Claim | None, revision_id: str, actor_id: str, now: datetime) -> Claim:
    """The actor's claim from `now` on. It renews their own one, if that has not run out."""
    is_renewed = before is not None and before.actor == actor_id and is_held(before, now)
    since = before.claimed_at if before is not None and is_renewed else now
    return Claim(revision_id, actor_id, since, now + LEASE)


def check_not_held(claim: Claim | None, actor_id: str, now: datetime) -> None:
    """Raises Conflict, saying who holds the case and since when, if somebody else does."""
    if claim is not None and held_by_other(claim, actor_id, now):
        raise Conflict(
            f"{claim.actor} has held this case since {claim.claimed_at:%H:%M:%S} UTC; take another "
            "one, or wait until it is free."
        )
