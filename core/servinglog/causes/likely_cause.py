"""Finds the likely cause of trouble in the facts of the serving log. Pure.

The order matters: what makes the figures themselves wrong comes first, then what fails, then what
is slow, and refusals last, because most of them follow from one of the others.
"""

from collections.abc import Callable, Iterator, Sequence

from core.servinglog.causes.cause import LikelyCause
from core.servinglog.causes.facts import Facts
from core.servinglog.causes.failing import failing_cause
from core.servinglog.causes.refusing import refusal_cause
from core.servinglog.causes.slowness import slow_cause
from core.servinglog.causes.surroundings import clock_cause, with_change

_Rule = Callable[[Facts], LikelyCause | None]
_RULES: Sequence[_Rule] = (clock_cause, failing_cause, slow_cause, refusal_cause)


def likely_cause(facts: Facts) -> LikelyCause | None:
    """The likely cause with its evidence; None while the present is like the time before."""
    found = next(_found(facts), None)
    return None if found is None else with_change(found, facts.changes)


def _found(facts: Facts) -> Iterator[LikelyCause]:
    for rule in _RULES:
        cause = rule(facts)
        if cause is not None:
            yield cause
