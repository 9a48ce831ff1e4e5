"""The review queue: what a moderator filters it by, its orders, and the two as a link. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar

from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import FIRST_YEAR, LAST_YEAR, MAX_ID_CHARS
from core.moderation.languages import NAMES, UNNAMED
from core.moderation.preferences import NO_LIMITS, Preferences, QueueLimits, limits_of
from core.moderation.scores import Label

Without = Literal["none"]
WITHOUT: Without = "none"
"""In place of a label or a language: the cases that have none."""
NO_SCORE = -1.0
"""Stored in place of a score for cases that have none, or may not show it."""
BANDS = 10
"""The scores from 0 to 1 in tenths."""
MOST_NUMBER = 10**9


class QueueOrder(StrEnum):
    """What comes first. `decided`, the last decision first, is for closed cases."""

    PRIORITY = "priority"
    OLDEST = "oldest"
    SCORE = "score"
    DECIDED = "decided"


class Facet(StrEnum):
    """What the queue can be filtered by with counts; the values name fields of QueueFilter."""

    LABEL = "label"
    SCORE = "score"
    SOURCE = "source"
    LANGUAGE = "language"
    REPORTS = "reports"
    HELD = "held_by"
    TRIGGER = "trigger"


class HeldBy(StrEnum):
    """Who has the case open."""

    ME = "me"
    OTHERS = "others"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Scores from `low` up to, but not including, `high`; a `high` of 1 includes the score 1."""

    low: float
    high: float

    @property
    def tenths(self) -> range:
        """The numbers of the tenths that it overlaps; see `tenth_of`."""
        return range(tenth_of(self.low), min(math.ceil(self.high * BANDS), BANDS))

    @property
    def is_whole(self) -> bool:
        """Whether it is made of whole tenths."""
        return all(edge == round(edge * BANDS) / BANDS for edge in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a case must be to be listed; None is anything. `waiting_s` is for how many seconds it
    has waited at least, `holder` the person who has it open. A case without scores on purpose (a
    blind one) matches no label and no score until it is closed. `limits` are the person's own and
    no part of a link."""

    statuses: tuple[CaseStatus, ...] = (CaseStatus.OPEN,)
    label: Label | Without | None = None
    score: ScoreBand | None = None
    source: str | None = None
    language: str | None = None
    author: str | None = None
    trigger: CaseTrigger | None = None
    reports: int = 0
    waiting_s: int | None = None
    opened_since: datetime | None = None
    held_by: HeldBy | None = None
    holder: str | None = None
    limits: QueueLimits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """A filter, seen by an actor at a moment, and an order."""

    filter: QueueFilter
    order: QueueOrder
    actor_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """A number of cases. If it is not exact, there are at least so many."""

    number: int
    is_exact: bool = True

    def less(self, other: "Count") -> "Count":
        """What is left of these without the others; not less than none."""
        return Count(max(self.number - other.number, 0), self.is_exact and other.is_exact)

    @property
    def may_be_more(self) -> bool:
        """Whether there is a case, or may be one."""
        return self.number > 0 or not self.is_exact

    def __str__(self) -> str:
        return f"{self.number:,}" if self.is_exact else f"{self.number:,}+"


TENTHS = tuple(ScoreBand(tenth / BANDS, (tenth + 1) / BANDS) for tenth in range(BANDS))


def with_limits(queue_filter: QueueFilter, preferences: Preferences) -> QueueFilter:
    """The filter with what the person leaves out of their queue; closed cases are listed whole."""
    if queue_filter.statuses == (CaseStatus.CLOSED,):
        return queue_filter
    asked = None if queue_filter.label == WITHOUT else queue_filter.label
    return replace(queue_filter, limits=limits_of(preferences, asked=asked))


def order_for(queue_filter: QueueFilter, order: QueueOrder) -> QueueOrder:
    """The order in which the cases can be listed: only closed cases come by their decision, and
    they in no other way."""
    if queue_filter.statuses == (CaseStatus.CLOSED,):
        return QueueOrder.DECIDED
    return QueueOrder.PRIORITY if order is QueueOrder.DECIDED else order


def without_facet(queue_filter: QueueFilter, facet: Facet) -> QueueFilter:
    """The filter without what it says of the facet."""
    match facet:
        case Facet.HELD:
            return replace(queue_filter, held_by=None, holder=None)
        case Facet.REPORTS:
            return replace(queue_filter, reports=0)
        case _:
            nothing: dict[str, Any] = {facet.value: None}
            return replace(queue_filter, **nothing)


def queue_score(case: Case) -> float:
    """The score by which the queue is filtered and ordered, or NO_SCORE."""
    has_score = case.label is not None or case.trigger is CaseTrigger.NOT_READ_WHOLE
    return case.priority if has_score else NO_SCORE


def tenth_of(score: float) -> int:
    """The tenth a score lies in, 0 to 9; -1 for NO_SCORE."""
    return -1 if score < 0 else min(int(score * BANDS), BANDS - 1)


def filter_to_link(queue_filter: QueueFilter, order: QueueOrder) -> dict[str, str]:
    """The parameters of a link; what is as usual is left out."""
    usual = QueueFilter()
    link: dict[str, str] = {}
    if queue_filter.statuses != usual.statuses:
        link["status"] = ",".join(queue_filter.statuses)
    if queue_filter.score is not None:
        link["score"] = f"{queue_filter.score.low!r}..{queue_filter.score.high!r}"
    if queue_filter.opened_since is not None:
        link["since"] = queue_filter.opened_since.astimezone(UTC).isoformat()
    for key, name in _PLAIN.items():
        value = getattr(queue_filter, name)
        if value != getattr(usual, name):
            link[key] = str(value)
    if order is not QueueOrder.PRIORITY:
        link["order"] = order.value
    return link


def link_to_filter(link: Mapping[str, str]) -> tuple[QueueFilter, QueueOrder]:
    """The filter and the order of a link; values that can't be are left out."""
    given = {key: link.get(key, "") for key in (*_PLAIN, "status", "score", "since", "order")}
    label = given["label"]
    return QueueFilter(
        statuses=_statuses(given["status"]),
        label=WITHOUT if label == WITHOUT else _one_of(Label, label),
        score=_band(given["score"]),
        source=_name(given["source"]),
        language=_language(given["language"]),
        author=_name(given["author"]),
        trigger=_one_of(CaseTrigger, given["trigger"]),
        reports=_number(given["reports"]) or 0,
        waiting_s=_number(given["waiting"]),
        opened_since=_moment(given["since"]),
        held_by=_one_of(HeldBy, given["held"]),
        holder=_name(given["holder"]),
    ), _one_of(QueueOrder, given["order"]) or QueueOrder.PRIORITY


_PLAIN = {
    "label": "label",
    "source": "source",
    "language": "language",
    "author": "author",
    "trigger": "trigger",
    "reports": "reports",
    "waiting": "waiting_s",
    "held": "held_by",
    "holder": "holder",
}


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(kind: type[_Choice], value: str) -> _Choice | None:
    return kind(value) if value in {each.value for each in kind} else None


def _statuses(value: str) -> tuple[CaseStatus, ...]:
    asked = value.split(",")
    found = tuple(status for status in CaseStatus if status.value in asked)
    return found or QueueFilter().statuses


def _band(value: str) -> ScoreBand | None:
    low, _, high = value.partition("..")
    try:
        band = ScoreBand(float(low), float(high))
    except ValueError:
        return None
    return band if 0.0 <= band.low < band.high <= 1.0 else None


def _name(value: str) -> str | None:
    is_storable = not any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for char in value)
    return value if 0 < len(value) <= MAX_ID_CHARS and is_storable else None


def _language(value: str) -> str | None:
    return value if value in NAMES or value in (UNNAMED, WITHOUT) else None


def _number(value: str) -> int | None:
    is_number = value.isascii() and value.isdecimal() and len(value) <= 10
    return int(value) if is_number and int(value) <= MOST_NUMBER else None


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None or not FIRST_YEAR < moment.year < LAST_YEAR:
        return None
    return moment.astimezone(UTC)
