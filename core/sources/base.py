"""What a source of comments yields: one item for every row it read, so that nothing vanishes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from core.moderation.comments import IncomingComment, IncomingThread

DELETED = "deleted at the source"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sound row that is no comment to moderate. `reason` is one of few, so it can be counted.

    `withdraws` is the source and id of the comment that the row says was taken back.
    """

    where: str
    reason: str
    # Two rows skipped alike are equal, whichever comments they are about.
    withdraws: tuple[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is wrong; `message` names the file, the row and what is wrong."""

    where: str
    message: str


SourceItem = IncomingComment | IncomingThread | Skipped | Rejected


class CommentSource(Protocol):
    """Somewhere comments come from."""

    @property
    def name(self) -> str:
        """What to call it in a message, with its file name or address."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of columns from which nothing was read, of the rows so far."""
        ...

    def read(self) -> Iterator[SourceItem]:
        """Every row once, in the source's order. Raises SourceUnavailable or UnreadableFile."""
        ...
