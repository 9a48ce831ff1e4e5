"""The review queue for the staff's pages: a page of it, its filters' counts, what came in."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.moderation.cases import CaseTrigger
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.preferences import Preferences
from core.moderation.queue import (
    WITHOUT,
    Count,
    Facet,
    QueueFilter,
    QueueOrder,
    QueueQuery,
    order_for,
    with_limits,
)
from core.moderation.queue_paging import QueuePlace, cursor_to_place, place_to_cursor
from core.moderation.scores import Label
from core.services.context import Context
from core.services.queue_counts import QueueCounts
from core.store.base import Reader
from core.store.queue_views import Facets, QueueLine

MAX_LIMIT = 200
MARK_DIGITS = 18
NONE = Count(0)


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of the queue, with how many cases match, and how many of them come before and after
    the page. `previous` and `next` are the cursors of the pages beside it, None at the ends. `mark`
    is for `arrivals`."""

    items: Sequence[QueueLine]
    order: QueueOrder
    total: Count
    before: Count
    after: Count
    previous: str | None
    next: str | None
    mark: str


def list_queue(
    context: Context,
    actor: Actor,
    queue_filter: QueueFilter,
    order: QueueOrder = QueueOrder.PRIORITY,
    *,
    after: str | None = None,
    limit: int = 50,
) -> CasePage:
    """The page at a cursor, `next` or `previous` of another page. The first one without a cursor,
    and for one that is damaged or of another order. Closed cases come the last decided first."""
    check_can(actor, Permission.SEE_QUEUE)
    limit = max(1, min(limit, MAX_LIMIT))
    with context.store.read() as reader:
        query = _query(context, reader, actor, queue_filter, order)
        place = cursor_to_place(after, query.order)
        items, place, is_cut = _page(reader, query, place, limit)
        total, before = reader.count_queue(query), NONE
        first = last = None
        if items:
            first = QueuePlace(query.order, items[0].key, is_backwards=True)
            last = QueuePlace(query.order, items[-1].key)
            before = reader.count_queue(query, first) if place else NONE
        is_back = place is not None and place.is_backwards
        return CasePage(
            items=items,
            order=query.order,
            total=total,
            before=before,
            after=total.less(before).less(Count(len(items))),
            previous=place_to_cursor(first) if first and before.may_be_more else None,
            next=place_to_cursor(last) if last and (is_cut or is_back) else None,
            mark=str(reader.newest_event()),
        )


def count_facets(context: Context, actor: Actor, queue_filter: QueueFilter) -> Facets:
    """For each value of each filter, how many cases there are with it and the other filters. The
    counts are exact up to 10,000 cases; beyond, those under one filter alone are exact up to 10,000
    each, and others say "at least"."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        query = _query(context, reader, actor, queue_filter, QueueOrder.PRIORITY)
        counts, statuses = QueueCounts(reader, query), queue_filter.statuses

        def languages() -> dict[str | None, str]:
            return {None: WITHOUT, **{code: code for code in reader.queue_languages(statuses)}}

        return Facets(
            labels=counts.by(
                Facet.LABEL,
                lambda row: row.label,
                lambda: {None: WITHOUT, **{label: label for label in Label}},
            ),
            scores=counts.by_score(),
            sources=counts.by(
                Facet.SOURCE,
                lambda row: row.source,
                lambda: {source: source for source in reader.queue_sources(statuses)},
            ),
            languages=counts.by(Facet.LANGUAGE, lambda row: row.language, languages),
            triggers=counts.by(
                Facet.TRIGGER,
                lambda row: row.trigger,
                lambda: {trigger: trigger for trigger in CaseTrigger},
            ),
            reports=counts.by_reports(),
            held=counts.by_holder(),
        )


def arrivals(context: Context, actor: Actor, queue_filter: QueueFilter, since: str) -> Count:
    """How many cases that match the filter came in, or came back, since a page with that mark was
    read, without those that the actor put there. None for a damaged mark."""
    check_can(actor, Permission.SEE_QUEUE)
    if not (since.isascii() and since.isdecimal() and len(since) < MARK_DIGITS):
        return NONE
    with context.store.read() as reader:
        query = _query(context, reader, actor, queue_filter, QueueOrder.PRIORITY)
        return reader.count_arrivals(query, int(since))


def _query(
    context: Context, reader: Reader, actor: Actor, queue_filter: QueueFilter, order: QueueOrder
) -> QueueQuery:
    """The query with what the person leaves out of their queue."""
    limited = with_limits(queue_filter, reader.preferences(actor.id) or Preferences())
    return QueueQuery(limited, order_for(limited, order), actor.id, context.clock.now())


def _page(
    reader: Reader, query: QueueQuery, place: QueuePlace | None, limit: int
) -> tuple[Sequence[QueueLine], QueuePlace | None, bool]:
    """The lines beside the place, the place, and whether there are more on its other side. It is
    the first page if there are less than a page before the place, or none after it because they
    are decided by now."""
    lines = reader.queue_lines(query, place, limit + 1)
    is_back = place is not None and place.is_backwards
    if place is not None and (len(lines) <= limit if is_back else not lines):
        return _page(reader, query, None, limit)
    return lines[1:] if is_back else lines[:limit], place, len(lines) > limit
