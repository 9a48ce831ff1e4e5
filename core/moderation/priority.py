"""The order of the queue: severity x reach x age x reports. Pure. docs/concepts.md describes it.

The age doubles a case's priority every half-life. So the ratio of two cases' priorities never
changes with time, and the order can be stored once: the logarithm of the product is `rank` plus a
term that is the same for all cases at any moment.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.moderation.cases import Case

HALF_LIFE = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# In place of a severity of 0, which has no logarithm. Such a case comes after one of full severity
# that was opened up to 64 half-lives later.
LEAST_SEVERITY = 2.0**-64
_MOST_HALF_LIVES = 1_000.0  # 2 to the power of more overflows

REPLIES_FOR_HALF = 10
"""So many direct replies give half of the most that replies can add."""
REPORTS_FOR_HALF = 3
"""So many reports by users, or a third of them by trusted flaggers, do so for reports."""
TRUSTED_WEIGHT = 3
"""One trusted flagger counts as so many users."""
MOST_ADDED = 3.0
"""Replies alone, and reports alone, multiply the priority by up to 1 + this."""


@dataclass(frozen=True, slots=True)
class Priority:
    """The four factors; `age` is 1 for a new case and doubles every half-life."""

    severity: float
    reach: float
    age: float
    reports: float

    @property
    def product(self) -> float:
        """The priority itself."""
        return self.severity * self.reach * self.age * self.reports


def explain_priority(case: Case, now: datetime) -> Priority:
    """The factors of a case's priority, as the queue orders it."""
    half_lives = min((now - case.opened_at) / HALF_LIFE, _MOST_HALF_LIVES)
    return Priority(_severity(case), _reach(case), 2.0**half_lives, _reports(case))


def rank_of(case: Case) -> float:
    """What the queue is ordered by, the highest first: the logarithm (base 2) of severity, reach
    and reports, less the number of half-lives from 1970 to the case's opening."""
    lasting = _severity(case) * _reach(case) * _reports(case)
    return math.log2(lasting) - (case.opened_at - _EPOCH) / HALF_LIFE


def _severity(case: Case) -> float:
    return max(case.priority, LEAST_SEVERITY)


def _reach(case: Case) -> float:
    """1 for blind cases: only visible comments get replies, so their place would tell them
    apart."""
    if case.is_blind:
        return 1.0
    return _saturating(case.attention.replies, REPLIES_FOR_HALF)


def _reports(case: Case) -> float:
    known = case.attention
    weight = known.user_reports + TRUSTED_WEIGHT * known.trusted_reports
    return _saturating(weight, REPORTS_FOR_HALF)


def _saturating(count: int, half: int) -> float:
    """From 1 for none to nearly 1 + MOST_ADDED for very many."""
    return 1.0 + MOST_ADDED * count / (count + half)
