"""The interface of the review queue and the search: a part of `core.store.base.Reader`."""

from collections.abc import Sequence
from typing import Protocol

from core.moderation.cases import CaseStatus
from core.moderation.queue import Count, QueueQuery
from core.moderation.queue_paging import QueuePlace
from core.moderation.search_query import SearchQuery
from core.store.queue_views import QueueLine, Tally
from core.store.search_views import FoundTexts


class QueueReader(Protocol):
    """Reads of one consistent snapshot."""

    def queue_lines(
        self, query: QueueQuery, place: QueuePlace | None, limit: int
    ) -> Sequence[QueueLine]:
        """The cases of the query beside the place, the nearest `limit` of them, in its order; None
        is the beginning."""
        ...

    def count_queue(self, query: QueueQuery, place: QueuePlace | None = None) -> Count:
        """The number of all the cases of `queue_lines`; a lower bound of it once very many cases
        would have to be looked at."""
        ...

    def tally_queue(self, query: QueueQuery) -> Tally: ...

    def queue_sources(self, statuses: Sequence[CaseStatus]) -> Sequence[str]:
        """The first sources that cases with those statuses have, in the order of their names."""
        ...

    def queue_languages(self, statuses: Sequence[CaseStatus]) -> Sequence[str]:
        """As `queue_sources`."""
        ...

    def newest_event(self) -> int:
        """The number of the newest audit event; later events have higher ones."""
        ...

    def count_arrivals(self, query: QueueQuery, after: int) -> Count:
        """The cases of the query that came in, or came back, by another than its actor with an
        event after that number."""
        ...

    def search(self, query: SearchQuery, limit: int, below: int | None) -> FoundTexts:
        """The newest texts with a number below `below`."""
        ...
