"""The people of the demo sign-in, as they act."""

from core.moderation import people
from core.moderation.people import actor_of

DEMO_STAFF = tuple(actor for each in people.DEMO_STAFF if (actor := actor_of(each)))
