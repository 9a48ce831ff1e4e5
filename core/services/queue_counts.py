"""The counts beside the queue's filters, each under the other filters."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from core.moderation.queue import (
    TENTHS,
    Count,
    Facet,
    HeldBy,
    QueueFilter,
    QueueQuery,
    ScoreBand,
    without_facet,
)
from core.store.base import Reader
from core.store.queue_views import MOST_TALLIED, REPORT_STEPS, Tally, TallyRow

_Value = TypeVar("_Value", bound=Hashable)


class QueueCounts:
    """Counts for one actor's filter in one transaction."""

    def __init__(self, reader: Reader, query: QueueQuery) -> None:
        self._reader = reader
        self._query = query
        self._tallies: dict[QueueFilter, Tally] = {}
        self._counts: dict[QueueFilter, Count] = {}

    def by(
        self,
        facet: Facet,
        value_of: Callable[[TallyRow], _Value],
        choices: Callable[[], Mapping[_Value, object]],
    ) -> Mapping[_Value, Count]:
        """By the values of a facet, the most frequent first, without those that no case has.
        `choices` are the values that cases have, with what the filter says for each."""
        base = without_facet(self._query.filter, facet)
        counts: dict[_Value, Count] = {}
        if self._is_worth_each(base):
            for value, said in choices().items():
                choice: dict[str, Any] = {facet.value: said}
                counts[value] = self._count(replace(base, **choice))
        else:
            tally = self._tally(base)
            for row in tally.rows:
                value = value_of(row)
                number = counts.get(value, Count(0)).number + row.number
                counts[value] = Count(number, tally.is_exact)
        found = {value: count for value, count in counts.items() if count.may_be_more}
        return dict(sorted(found.items(), key=lambda each: -each[1].number))

    def by_score(self) -> Mapping[ScoreBand, Count]:
        """By tenths of the score, the highest first."""
        bands: dict[ScoreBand | None, object] = {band: band for band in TENTHS}
        counts = self.by(Facet.SCORE, _band_of, lambda: bands)
        return {band: counts[band] for band in reversed(TENTHS) if band in counts}

    def by_reports(self) -> Mapping[int, Count]:
        """By the fewest reports."""
        base = without_facet(self._query.filter, Facet.REPORTS)
        if self._is_worth_each(base):
            found = {step: self._count(replace(base, reports=step)) for step in REPORT_STEPS}
        else:
            tally = self._tally(base)
            found = {
                step: Count(
                    sum(row.number for row in tally.rows if row.reports >= step), tally.is_exact
                )
                for step in REPORT_STEPS
            }
        return {step: count for step, count in sorted(found.items()) if count.may_be_more}

    def by_holder(self) -> Mapping[HeldBy, Count]:
        """By who has the case open."""
        base = without_facet(self._query.filter, Facet.HELD)
        held = {by: self._count(replace(base, held_by=by)) for by in (HeldBy.ME, HeldBy.OTHERS)}
        everything = self._count(base)
        free = everything.number - sum(count.number for count in held.values())
        held[HeldBy.NOBODY] = Count(max(free, 0), everything.is_exact)
        return {by: count for by, count in held.items() if count.may_be_more}

    def _is_worth_each(self, base: QueueFilter) -> bool:
        """Whether each value gets a count of its own, which an index gives: under no other filter,
        and if there are more cases than a tally looks at."""
        if base != QueueFilter(base.statuses):
            return False
        return self._count(base).number > MOST_TALLIED

    def _count(self, queue_filter: QueueFilter) -> Count:
        if queue_filter not in self._counts:
            self._counts[queue_filter] = self._counted(queue_filter)
        return self._counts[queue_filter]

    def _counted(self, queue_filter: QueueFilter) -> Count:
        return self._reader.count_queue(replace(self._query, filter=queue_filter))

    def _tally(self, queue_filter: QueueFilter) -> Tally:
        if queue_filter not in self._tallies:
            query = replace(self._query, filter=queue_filter)
            self._tallies[queue_filter] = self._reader.tally_queue(query)
        return self._tallies[queue_filter]


def _band_of(row: TallyRow) -> ScoreBand | None:
    return TENTHS[row.tenth] if row.tenth >= 0 else None
