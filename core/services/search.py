"""Search over all texts that were not withdrawn, with what people wrote and decided on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.search_query import parse_query
from core.services.context import Context
from core.store.search_views import FoundText

MAX_LIMIT = 200
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was found, the newest first. `next` is the `after` of the next page, None at the end.
    `problem` is one sentence about what was not understood, or empty. If the page is not full but
    has a next one, the search stopped at texts from `looked_back_to`: so many had the words that
    the rest is looked at when asked for."""

    items: Sequence[FoundText]
    next: str | None
    problem: str
    looked_back_to: datetime | None = None


def search(
    context: Context, actor: Actor, query: str, *, limit: int = 50, after: str | None = None
) -> SearchPage:
    """The texts that a person's query finds; docs/concepts.md lists its operators. An empty query
    finds nothing, a damaged `after` is that of the first page."""
    check_can(actor, Permission.SEE_QUEUE)
    parsed = parse_query(query)
    if parsed.is_empty:
        return SearchPage((), None, parsed.problem)
    is_number = after is not None and after.isascii() and after.isdecimal()
    below = int(after) if after and is_number and len(after) < MOST_DIGITS else None
    with context.store.read() as reader:
        found = reader.search(parsed, max(1, min(limit, MAX_LIMIT)), below)
    following = None if found.next_number is None else str(found.next_number)
    return SearchPage(found.items, following, parsed.problem, found.looked_back_to)
