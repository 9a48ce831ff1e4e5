"""Which decisions restrict a text, each from when and until when. Pure.

A restriction is a removal, or a hold that gives a reason; each has a statement of its own. A hold
without a reason (not scored, another language, not read whole, reopened, escalated) is not made
because the text breaks a rule. It neither restricts nor ends a restriction that stands.
The transparency report counts the same in SQL: core/store/transparency_queries.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.moderation.cases import TextGone
from core.moderation.decisions import Decision
from core.moderation.effect import chain_in_effect
from core.moderation.policies import AWAITS_PERSON, Action


class RestrictionKind(StrEnum):
    """What is done to a text. `hold`: nobody is shown it until a person has decided."""

    REMOVAL = "removal"
    HOLD = "hold"


class RestrictionEnd(StrEnum):
    """Why a restriction no longer stands. `superseded`: by another restriction. `approved`: by a
    person or a model. `overturned`: by an appeal. `undone`: by the person who had decided."""

    SUPERSEDED = "superseded"
    APPROVED = "approved"
    OVERTURNED = "overturned"
    UNDONE = "undone"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction of a text by `decision`, whose id names its statement. `supersedes` and
    `superseded_by` are the ids of the decisions of the restrictions before and after it, if one
    follows from the other without a time in which the text was visible."""

    decision: Decision
    kind: RestrictionKind
    supersedes: str | None = None
    ended_at: datetime | None = None
    ended_because: RestrictionEnd | None = None
    superseded_by: str | None = None

    @property
    def began_at(self) -> datetime:
        """When the decision took effect."""
        return self.decision.effective_at


@dataclass(frozen=True, slots=True)
class GoneText:
    """When and why a text could no longer be decided on."""

    at: datetime
    because: TextGone


def restrictions_of(
    chain: Sequence[Decision], now: datetime, gone: GoneText | None = None
) -> list[Restriction]:
    """The restrictions that a text had until `now`, oldest first. `chain` are all decisions on it,
    oldest first."""
    found: list[Restriction] = []
    for decision, kind in _stated(held_until(chain, now, gone)):
        before = found[-1] if found else None
        standing = before if before is not None and before.ended_at is None else None
        if standing is not None and kind is not None and _goes_on(standing, decision, kind):
            continue
        if standing is not None:
            found[-1] = _ended(standing, decision, kind)
        if kind is not None:
            found.append(Restriction(decision, kind, standing.decision.id if standing else None))
    if gone is not None and gone.at <= now and found and found[-1].ended_at is None:
        because = RestrictionEnd(gone.because)
        found[-1] = replace(found[-1], ended_at=gone.at, ended_because=because)
    return found


def held_until(
    chain: Sequence[Decision], now: datetime, gone: GoneText | None = None
) -> Sequence[Decision]:
    """The decisions that were in effect until `now`, or until the text was gone."""
    known = [past for past in chain if past.decided_at <= now]
    return chain_in_effect(known, now if gone is None else min(now, gone.at))


def kind_of(decision: Decision) -> RestrictionKind | None:
    """How the decision restricts the text; None for an approval and for a hold without a reason."""
    if decision.action is Action.REMOVE:
        return RestrictionKind.REMOVAL
    is_hold = decision.action in AWAITS_PERSON and decision.reason_code is not None
    return RestrictionKind.HOLD if is_hold else None


def _stated(held: Sequence[Decision]) -> Iterator[tuple[Decision, RestrictionKind | None]]:
    """Without holds that give no reason."""
    for decision in held:
        kind = kind_of(decision)
        if kind is not None or decision.action is Action.APPROVE:
            yield decision, kind


def _goes_on(standing: Restriction, decision: Decision, kind: RestrictionKind) -> bool:
    """Whether the decision leaves the restriction as it is: it is an undo or a hold that gives the
    same reason. A person's new removal is a new decision, also for the same reason."""
    is_same = (kind, decision.reason_code) == (standing.kind, standing.decision.reason_code)
    return is_same and (kind is RestrictionKind.HOLD or decision.undoes is not None)


def _ended(standing: Restriction, decision: Decision, kind: RestrictionKind | None) -> Restriction:
    because = _why_ended(decision, kind)
    by = decision.id if because is RestrictionEnd.SUPERSEDED else None
    return replace(
        standing, ended_at=decision.effective_at, ended_because=because, superseded_by=by
    )


def _why_ended(decision: Decision, kind: RestrictionKind | None) -> RestrictionEnd:
    if kind is not None:
        return RestrictionEnd.SUPERSEDED
    if decision.appeal_id is not None:
        return RestrictionEnd.OVERTURNED
    return RestrictionEnd.UNDONE if decision.undoes is not None else RestrictionEnd.APPROVED
