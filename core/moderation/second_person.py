"""Whether there is a second person for what takes two. Pure."""

from collections.abc import Iterable

from core.moderation.people import Person, actor_of
from core.moderation.permissions import Actor, Permission, can


def is_alone(actor: Actor, people: Iterable[Person], permission: Permission) -> bool:
    """Whether nobody else of those people has that permission. Somebody whom only the identity
    provider knows counts once they have signed in."""
    able = {found.id for each in people if (found := actor_of(each)) and can(found, permission)}
    return able <= {actor.id}
