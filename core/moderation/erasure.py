"""What is left of comments whose words were erased: ids, times, scores and codes, so that figures
stay as they were, but no text and no name. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import InvalidInput
from core.moderation.comments import check_name, is_named

ERASED = "[erased]"
"""Stands where the name of an author or a reporter stood."""
KEPT_FOR_EVER = 0
"""The retention in days with which nothing is erased by its age."""


class ErasedBecause(StrEnum):
    """Why a comment was erased; the strings are stored."""

    REQUEST = "request"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class RetentionDays:
    """How long each kind of personal data is kept; 0: as long as its comment, and comments for
    ever."""

    comments: int = KEPT_FOR_EVER
    addresses: int = KEPT_FOR_EVER
    reports: int = KEPT_FOR_EVER

    @property
    def is_for_ever(self) -> bool:
        """Whether nothing is erased by its age."""
        return self == RetentionDays()


@dataclass(frozen=True, slots=True)
class ErasureCount:
    """How many things hold an author's words or name, or held them until they were erased.
    `reports` are those that the person made on others' comments; `addresses` those that were
    erased by their age, before their comments."""

    comments: int = 0
    threads: int = 0
    reports: int = 0
    addresses: int = 0

    def __add__(self, other: "ErasureCount") -> "ErasureCount":
        return ErasureCount(
            self.comments + other.comments,
            self.threads + other.threads,
            self.reports + other.reports,
            self.addresses + other.addresses,
        )

    @property
    def is_nothing(self) -> bool:
        return self == ErasureCount()


def erased_name(number: str) -> str:
    """The name of an erased reporter. Reports by one person keep one name, since each person's
    reports on a text count once; `number` is drawn at random and says nothing of the person."""
    return f"{ERASED} {number}"


def is_erased_name(name: str) -> bool:
    """Whether it stands for somebody whose name was erased."""
    return name.startswith(f"{ERASED} ")


def check_erasable(source: str, author: str) -> None:
    """Raises InvalidInput for a name that can't be one author's."""
    check_name("source", source)
    check_name("author", author)
    if not is_named(author):
        raise InvalidInput(
            f"{author!r} stands for everybody whose name is not known: these comments may be "
            "many people's. Withdraw those that are meant by their ids"
        )


def kept_since(now: datetime, retention_days: int) -> datetime | None:
    """What nothing happened to since then is to be erased; None: nothing is."""
    return None if retention_days == KEPT_FOR_EVER else now - timedelta(days=retention_days)


def retention_problem(retention_days: int, appeal_days: int, answer_days: int) -> str | None:
    """What is wrong with a retention: an appeal must find the text that it is about."""
    needed = appeal_days + answer_days
    if retention_days == KEPT_FOR_EVER or retention_days >= needed:
        return None
    return (
        f"{retention_days} is less than the {appeal_days} days in which authors can appeal and "
        f"the {answer_days} in which they are answered; it can be {KEPT_FOR_EVER} (for ever) or "
        f"{needed} and more"
    )
