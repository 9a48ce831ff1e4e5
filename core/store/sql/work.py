"""The reads about how long things take and who does them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.moderation.backlog import WorkDay
from core.moderation.cases import CaseTrigger
from core.moderation.policies import Action
from core.moderation.response_times import Step
from core.store import work_queries
from core.store.sql import rows
from core.store.work_base import PersonCount, QueueTimes, StepTimes


class SqlWork:
    """The part of `core.store.base.Reader` about work."""

    _connection: Connection

    def step_times(
        self, since: datetime, until: datetime, targets: Mapping[Step, timedelta]
    ) -> tuple[str, Sequence[StepTimes]]:
        text = work_queries.clock_query(rows.to_micros(since), rows.to_micros(until), targets)
        found = [
            StepTimes(
                step=Step(row.step),
                ended=int(row.ended),
                late=int(row.late),
                waiting=int(row.waiting),
                overdue=int(row.overdue),
                oldest_at=rows.maybe_time(row.oldest),
                median=_span(row.median),
                ninth_tenth=_span(row.ninth_tenth),
            )
            for row in self._run(text)
        ]
        return text, found

    def queue_times(self, since: datetime, until: datetime) -> Sequence[QueueTimes]:
        text = work_queries.queues_query(rows.to_micros(since), rows.to_micros(until))
        return [
            QueueTimes(
                trigger=CaseTrigger(row.opened_because),
                decided=int(row.decided),
                waiting=int(row.waiting),
                oldest_at=rows.maybe_time(row.oldest),
                median=_span(row.median),
            )
            for row in self._run(text)
        ]

    def person_counts(self, since: datetime, until: datetime) -> Sequence[PersonCount]:
        text = work_queries.people_query(rows.to_micros(since), rows.to_micros(until))
        return [
            PersonCount(actor, Action(action), number) for actor, action, number in self._run(text)
        ]

    def work_days(self, since: datetime, until: datetime) -> Mapping[date, WorkDay]:
        text = work_queries.days_query(rows.to_micros(since), rows.to_micros(until))
        return {
            _day(row.day): WorkDay(opened=int(row.opened), decided=int(row.decided))
            for row in self._run(text)
        }

    def unscored_decisions(self, since: datetime, until: datetime) -> Mapping[Action, int]:
        text = work_queries.unscored_query(rows.to_micros(since), rows.to_micros(until))
        return {Action(action): number for action, number in self._run(text)}

    def _run(self, text: str) -> Sequence[Any]:
        return self._connection.exec_driver_sql(text).all()


def _span(micros: Any) -> timedelta | None:
    return None if micros is None else timedelta(microseconds=float(micros))


def _day(number: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(number))).date()
