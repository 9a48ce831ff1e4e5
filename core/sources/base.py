"""The items of a comment source: one for every row read, so that no row vanishes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from core.moderation.comments import IncomingComment, IncomingThread

DELETED = "deleted at the source"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A valid row that is no comment to moderate. `reason` has few different values, so they can be
    counted.

    `withdraws` is the source and id of a comment that the row reports as deleted.
    """

    where: str
    reason: str
    # Rows skipped for the same reason are equal, whichever comments they are about.
    withdraws: tuple[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An invalid row; `message` names the file, the row and the problem."""

    where: str
    message: str


SourceItem = IncomingComment | IncomingThread | Skipped | Rejected


class CommentSource(Protocol):
    """A place that comments are read from."""

    @property
    def name(self) -> str:
        """The file name or address, for messages."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """The columns of which nothing was read, in the rows so far."""
        ...

    def read(self) -> Iterator[SourceItem]:
        """Every row once, in the source's order. Raises SourceUnavailable or UnreadableFile."""
        ...
