"""How long comments, cases and appeals wait, who decided how many, and what will wait next week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.moderation.backlog import LOOKED_BACK_DAYS, Forecast, WorkDay, forecast
from core.moderation.inbox import InboxItem, InboxKind, inbox_filter
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.queue import QueueOrder, QueueQuery
from core.moderation.response_times import Step, targets
from core.services.context import Context
from core.services.statements import check_span
from core.store.base import Reader
from core.store.work_base import PersonCount, QueueTimes, StepTimes

_NO_DAY = WorkDay(opened=0, decided=0)


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What the page Work shows of a span, which ends at the present. `steps` has every step in its
    order; `query` gave them. `waiting` are the cases that wait for a person, `inbox` those that a
    lead looks at first."""

    since: datetime
    until: datetime
    review_hours: int
    steps: Sequence[StepTimes]
    query: str
    queues: Sequence[QueueTimes]
    people: Sequence[PersonCount]
    waiting: int
    forecast: Forecast | None
    inbox: Sequence[InboxItem]


def load_work(context: Context, actor: Actor, since: datetime) -> WorkReport:
    """The report from `since` until now. Raises PermissionDenied, and InvalidInput for a span that
    has not begun."""
    check_can(actor, Permission.SEE_WORK)
    until = context.clock.now()
    check_span(since, until)
    with context.store.read() as reader:
        query, steps = reader.step_times(since, until, targets(context.review_hours))
        queues = reader.queue_times(since, until)
        waiting = sum(queue.waiting for queue in queues)
        return WorkReport(
            since=since,
            until=until,
            review_hours=context.review_hours,
            steps=_every_step(steps),
            query=query,
            queues=queues,
            people=reader.person_counts(since, until),
            waiting=waiting,
            forecast=forecast(waiting, _whole_days(reader, until)),
            inbox=[_inbox_item(context, reader, actor, kind) for kind in InboxKind],
        )


def _inbox_item(context: Context, reader: Reader, actor: Actor, kind: InboxKind) -> InboxItem:
    """Of all cases, whatever the actor leaves out of their own queue."""
    wanted = inbox_filter(kind, context.review_hours)
    query = QueueQuery(wanted, QueueOrder.OLDEST, actor.id, context.clock.now())
    oldest = reader.queue_lines(query, None, 1)
    return InboxItem(kind, reader.count_queue(query), oldest[0].opened_at if oldest else None)


def _every_step(found: Sequence[StepTimes]) -> list[StepTimes]:
    by_step = {times.step: times for times in found}
    return [by_step.get(step, StepTimes(step)) for step in Step]


def _whole_days(reader: Reader, now: datetime) -> list[WorkDay]:
    """The last days that are over, from the first on which anything happened."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=LOOKED_BACK_DAYS)
    known = reader.work_days(first, today)
    every = [first.date() + timedelta(days=number) for number in range(LOOKED_BACK_DAYS)]
    begun = [day for day in every if known and day >= min(known)]
    return [known.get(day, _NO_DAY) for day in begun]
