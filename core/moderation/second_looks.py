"""Second looks: a drawn share of what one person decided is judged by another, who does not know
the decision. Where the two differ, a third person settles it. Pure.

The answer of a second look changes nothing for the comment: it says how far people agree. Whoever
settles a disagreement against the decision may reopen it, as any decision.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import PermissionDenied, RuleBroken
from core.moderation.agreement import AnswerPair
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.policies import Action
from core.moderation.sampling import DrawPurpose, draw

ANSWERS = (Action.APPROVE, Action.REMOVE)
MIN_BECAUSE_CHARS = 10


class LookState(StrEnum):
    """The strings are stored. `cancelled`: the decision did not hold, or its text is gone."""

    WAITING = "waiting"
    AGREED = "agreed"
    DIFFERENT = "different"
    SETTLED = "settled"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of the text, and when. `reason_code` is the reason for a removal."""

    actor: str
    action: Action
    given_at: datetime
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The second look at one decision. `first` is what was decided, `second` what another person
    said, `settled` what a third one found where they differ. It waits from `opens_at`, when the
    decision takes effect. `probability` is that with which it was drawn."""

    id: str
    revision_id: str
    decision_id: str
    first: Answer
    probability: float
    opens_at: datetime
    state: LookState = LookState.WAITING
    second: Answer | None = None
    settled: Answer | None = None
    golden_by: str | None = None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers that were given, in their order."""
        return tuple(each for each in (self.first, self.second, self.settled) if each is not None)


def is_drawn(decision: Decision, share: float) -> bool:
    """Whether a decision gets a second look: one that keeps or removes, by a person in the usual
    way. Undoing, reopening and hearing an appeal are second looks already."""
    is_usual = decision.source is DecisionSource.REVIEWER and decision.undoes is None
    if not is_usual or decision.appeal_id is not None or decision.action not in ANSWERS:
        return False
    return draw(decision.revision_id, DrawPurpose.SECOND_LOOK) < share


def second_look_at(decision: Decision, share: float, *, new_id: str) -> SecondLook | None:
    """The second look to store with the decision, None if it was not drawn."""
    if not is_drawn(decision, share):
        return None
    first = Answer(decision.actor, decision.action, decision.decided_at, decision.reason_code)
    return SecondLook(
        id=new_id,
        revision_id=decision.revision_id,
        decision_id=decision.id,
        first=first,
        probability=share,
        opens_at=decision.effective_at,
    )


def answered(look: SecondLook, answer: Answer) -> SecondLook:
    """The look with its second answer. Raises RuleBroken if it does not wait or if the answer
    neither keeps nor removes, PermissionDenied for whoever made the decision."""
    if look.state is not LookState.WAITING or answer.given_at < look.opens_at:
        raise RuleBroken("This text does not wait for a second look.")
    _check_answer(look, answer)
    agrees = answer.action is look.first.action
    return replace(look, second=answer, state=LookState.AGREED if agrees else LookState.DIFFERENT)


def settled(look: SecondLook, answer: Answer, because: str) -> SecondLook:
    """The look with what a third person found. Raises RuleBroken if the two did not differ or if
    no reason is given, PermissionDenied for one of the two."""
    if look.state is not LookState.DIFFERENT:
        raise RuleBroken("There is no disagreement to settle.")
    _check_answer(look, answer)
    if len(because.strip()) < MIN_BECAUSE_CHARS:
        raise RuleBroken("Say in a sentence why: both have to learn from it.")
    return replace(look, settled=answer, state=LookState.SETTLED)


def made_golden(look: SecondLook, actor_id: str) -> SecondLook:
    """The look as a golden item, with which people and models are measured: two people said the
    same without knowing of each other, and a third one who may vouches for it. Raises RuleBroken or
    PermissionDenied."""
    if look.state is not LookState.AGREED:
        raise RuleBroken("Only what two people said alike can be made golden.")
    if look.golden_by is not None:
        raise RuleBroken(f"{look.golden_by} has made it golden already.")
    if any(past.actor == actor_id for past in look.answers):
        raise PermissionDenied("You are one of the two; a third person has to vouch for it.")
    return replace(look, golden_by=actor_id)


def cancelled(look: SecondLook) -> SecondLook:
    """The look, given up before anybody answered; as it is if somebody did."""
    return replace(look, state=LookState.CANCELLED) if look.state is LookState.WAITING else look


def answer_pair(look: SecondLook) -> AnswerPair | None:
    """What it says about agreement, None before the second answer."""
    if look.second is None:
        return None
    return AnswerPair(
        first=look.first.action is Action.REMOVE,
        second=look.second.action is Action.REMOVE,
        weight=1 / look.probability,
    )


def _check_answer(look: SecondLook, answer: Answer) -> None:
    if answer.action not in ANSWERS:
        raise RuleBroken("Say whether you would keep the comment or remove it.")
    if any(past.actor == answer.actor for past in look.answers):
        raise PermissionDenied("You have judged this text already; somebody else has to.")
