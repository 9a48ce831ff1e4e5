"""Read models of the review queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.policies import Action
from core.moderation.queue import Count, HeldBy, ScoreBand
from core.moderation.queue_paging import Key
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line of the review queue. `excerpt` is the start of the text on one line, plain. `score`
    is None if the case has none, or is shown without. `holder` has the case open since
    `held_since`. `action`, `decided_by` and `decided_at` are of the current decision. `key` is the
    line's place in its order."""

    case_id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    label: Label | None
    score: float | None
    excerpt: str
    source: str
    author: str
    language: str | None
    opened_at: datetime
    report_count: int
    holder: str | None
    held_since: datetime | None
    action: Action | None
    decided_by: str | None
    decided_at: datetime | None
    key: Key


MOST_TALLIED = 2_000
"""A tally looks at so many cases: their facts are not all in one index."""
REPORT_STEPS = (10, 3, 1)
"""Fewest reports that the queue can be filtered by with counts."""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """How many of the cases looked at have the same facts. `tenth` is that of the score, -1 without
    one; `reports` the highest step of REPORT_STEPS that their number reaches, or 0."""

    label: Label | None
    tenth: int
    source: str
    language: str | None
    trigger: CaseTrigger
    reports: int
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The facts of the cases that match a filter; if it is not exact, of a part of them."""

    rows: Sequence[TallyRow]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """For each value of a filter, how many cases there would be with it and all the other filters.
    `labels` and `languages` have None for the cases without one; `reports` are by the fewest
    reports. Values without a case are left out."""

    labels: Mapping[Label | None, Count] = field(default_factory=dict)
    scores: Mapping[ScoreBand, Count] = field(default_factory=dict)
    sources: Mapping[str, Count] = field(default_factory=dict)
    languages: Mapping[str | None, Count] = field(default_factory=dict)
    reports: Mapping[int, Count] = field(default_factory=dict)
    held: Mapping[HeldBy, Count] = field(default_factory=dict)
    triggers: Mapping[CaseTrigger, Count] = field(default_factory=dict)
