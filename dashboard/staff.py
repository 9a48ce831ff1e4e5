"""The people of the demo sign-in: made-up staff, for this machine only."""

from core.moderation.permissions import Actor, Role

DEMO_STAFF = (
    Actor("mina", Role.MODERATOR),
    Actor("tomas", Role.MODERATOR),
    Actor("lena", Role.LEAD),
    Actor("ravi", Role.LEAD),
    Actor("ola", Role.OPS),
    Actor("ines", Role.AUDITOR),
    Actor("ada", Role.ADMIN),
)


def staff_member(actor_id: str | None) -> Actor | None:
    """The person with this id, or None."""
    return next((actor for actor in DEMO_STAFF if actor.id == actor_id), None)
