"""The parts of `core.store.base.Reader` about restrictions, for statements of reasons and the
transparency report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.store.transparency_queries import FigureQuery


@dataclass(frozen=True, slots=True)
class TextTimes:
    """A text with its author's name. `posted_at` is when this text was posted, as far as the source
    said. `edited_at` and `withdrawn_at` are None for a text that is still there."""

    author: str
    posted_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    is_reported: bool


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One number of a figure, and what it is a number of: the values of the query's columns before
    it. None: there is nothing to make it of, such as a median of nothing."""

    groups: tuple[str, ...]
    value: float | None


class TransparencyReader(Protocol):
    """Reads as those of Reader. A span has its beginning and not its end."""

    def restricting_decisions(self, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        """The decisions that may restrict a text and take effect in the span, in the order of that:
        the ids of decision and text. To be read before the transaction ends."""
        ...

    def texts_with_ends(self, since: datetime, until: datetime) -> Iterator[str]:
        """The ids of texts on which a restriction may have ended in the span: something took effect
        on it, or it was edited or withdrawn. To be read before the transaction ends."""
        ...

    def text_times(self, revision_id: str) -> TextTimes: ...

    def figure(
        self, query: FigureQuery, since: datetime, until: datetime
    ) -> tuple[str, Sequence[FigureRow]]:
        """A query of the transparency report as it was run, and the answers."""
        ...
