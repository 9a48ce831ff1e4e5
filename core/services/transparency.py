"""The transparency report (DSA Articles 15 and 24): its figures, each with the query that made
it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.statements import check_span
from core.store.transparency_base import FigureRow
from core.store.transparency_queries import FIGURES, FigureQuery


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of a figure, and the text of the query that gives them. A figure with groups has
    a row for each that occurs; any other has one row."""

    query: FigureQuery
    text: str
    rows: Sequence[FigureRow]

    @property
    def value(self) -> float | None:
        """The number of a figure without groups; the sum of one with groups."""
        if not self.query.groups:
            return self.rows[0].value
        return sum(row.value or 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class TransparencyReport:
    """All figures of a span, which has its beginning and not its end, in one snapshot."""

    since: datetime
    until: datetime
    figures: Sequence[Figure]

    def figure(self, name: str) -> Figure:
        """The figure with that name."""
        return next(figure for figure in self.figures if figure.query.name == name)


def load_transparency(
    context: Context, actor: Actor, since: datetime, until: datetime
) -> TransparencyReport:
    """The report of a span, which ends at the present if `until` is later. Decisions in their grace
    window are not in it, and those that were cancelled never are. Raises PermissionDenied, and
    InvalidInput for a span that ends before it begins."""
    check_can(actor, Permission.SEE_TRANSPARENCY)
    until = min(until, context.clock.now())
    check_span(since, until)
    with context.store.read() as reader:
        figures = [Figure(query, *reader.figure(query, since, until)) for query in FIGURES]
    return TransparencyReport(since, until, figures)
