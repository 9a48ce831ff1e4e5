"""Comments with the same text, for the tests of groups."""

from core.bootstrap.services import Services
from core.moderation.comments import Revision
from tests.factories import scored

TEXT = "You idiot, read the whole article before you write about it."


def posted_again(services: Services, count: int, text: str = TEXT) -> list[Revision]:
    """The text posted by so many authors, and held."""
    return [scored(services, text, author=f"author-{number}") for number in range(count)]
