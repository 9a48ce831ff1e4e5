"""Second looks: a drawn share of what one person decided is judged by another, who does not know
the decision. Where the two differ, a third person settles it. Pure.

The answer of a second look changes nothing for the comment: it says how far people agree. Only a
third person who settles a disagreement against the decision changes it, by a new decision.

What two people said alike can be made a golden item: it comes to others among their second looks,
as any of them, and says how often each person is right.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import PermissionDenied, RuleBroken
from core.moderation.cleaning import is_storable
from core.moderation.decisions import MAX_NOTE_CHARS, Decision, DecisionSource
from core.moderation.invisible import visible_form
from core.moderation.policies import Action
from core.moderation.sampling import DrawPurpose, Sampling, SamplingReason, draw

ANSWERS = (Action.APPROVE, Action.REMOVE)
MIN_BECAUSE_CHARS = 10
GOLDEN_SHARE = 0.2
"""The share of a person's second looks that are golden items, while there are some to show."""
TOLD_AFTER = timedelta(days=1)
"""After so long people are told how they answered golden items."""
ASKED_AMONG = 50
"""The oldest that wait, of which each person is asked about another one."""
_NOT_WAITING = "This text does not wait for a second look."
_JUDGED = "You have judged this text already; somebody else has to."


class LookState(StrEnum):
    """The strings are stored."""

    WAITING = "waiting"
    AGREED = "agreed"
    DIFFERENT = "different"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of the text, and when. `reason_code` is the reason for a removal, `note`
    words for colleagues. Raises RuleBroken for an answer that nobody can give."""

    actor: str
    action: Action
    given_at: datetime
    reason_code: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.action not in ANSWERS:
            raise RuleBroken("Say whether you would keep the comment or remove it.")
        if (self.reason_code is not None) != (self.action is Action.REMOVE):
            raise RuleBroken("Choose the reason for which you would remove it, and only then.")
        if len(self.note) > MAX_NOTE_CHARS:
            raise RuleBroken(f"The note has over {MAX_NOTE_CHARS:,} characters.")
        if not is_storable(self.note):
            raise RuleBroken("The note holds characters that can't be stored.")


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The second look at one decision. `first` is what was decided, `second` what another person
    said, `settled` what a third one found where they differ. It waits from `opens_at`, when the
    decision takes effect, and only while that decision holds and its text is there. `sampling` is
    with which probability it was drawn, `golden_by` who made it a golden item."""

    id: str
    revision_id: str
    decision_id: str
    first: Answer
    sampling: Sampling
    opens_at: datetime
    state: LookState = LookState.WAITING
    second: Answer | None = None
    settled: Answer | None = None
    golden_by: str | None = None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers that were given, in their order."""
        return tuple(each for each in (self.first, self.second, self.settled) if each is not None)


@dataclass(frozen=True, slots=True)
class GoldenAnswer:
    """What a person said of a golden item, not knowing that it is one. `right` is what the three
    people said who made it golden."""

    look_id: str
    answer: Answer
    right: Action

    @property
    def is_right(self) -> bool:
        """Whether it keeps or removes as they did, for whatever reason."""
        return self.answer.action is self.right


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
    # Somebody may choose a reason and then keep the comment; only a removal is compared by it.
    reason = decision.reason_code if decision.action is Action.REMOVE else None
    first = Answer(decision.actor, decision.action, decision.decided_at, reason)
    return SecondLook(
        id=new_id,
        revision_id=decision.revision_id,
        decision_id=decision.id,
        first=first,
        sampling=Sampling(SamplingReason.DOUBLE_REVIEW, share),
        opens_at=decision.effective_at,
    )


def check_took_no_part(
    actor_id: str,
    looks: Sequence[SecondLook],
    chain: Sequence[Decision],
    heard: Collection[str],
) -> None:
    """Raises PermissionDenied for whoever has judged the text: `chain` are all decisions on it,
    `looks` all second looks at them, `heard` the people who looked at an appeal about it. An appeal
    that was upheld leaves no decision, nor does a disagreement that was settled as it stood."""
    answers = [answer.actor for look in looks for answer in look.answers]
    involved = {*answers, *(past.actor for past in chain), *heard}
    if actor_id in involved or actor_id in {look.golden_by for look in looks}:
        raise PermissionDenied(_JUDGED)


def check_waits(look: SecondLook, chain: Sequence[Decision], now: datetime) -> None:
    """Raises RuleBroken unless it waits for its second answer: the decision has taken effect and is
    the current one."""
    is_current = bool(chain) and chain[-1].id == look.decision_id
    if look.state is not LookState.WAITING or now < look.opens_at or not is_current:
        raise RuleBroken(_NOT_WAITING)


def answered(look: SecondLook, answer: Answer) -> SecondLook:
    """The look with its second answer. Raises RuleBroken if it does not wait, PermissionDenied for
    whoever made the decision."""
    if look.state is not LookState.WAITING or answer.given_at < look.opens_at:
        raise RuleBroken(_NOT_WAITING)
    _check_other(look, answer)
    agrees = answer.action is look.first.action
    return replace(look, second=answer, state=LookState.AGREED if agrees else LookState.DIFFERENT)


def golden_answer(look: SecondLook, answer: Answer, known: Sequence[GoldenAnswer]) -> GoldenAnswer:
    """The answer to a golden item; `known` are those that were given to it. Raises RuleBroken if it
    is none or the person has answered it."""
    if look.golden_by is None or any(past.answer.actor == answer.actor for past in known):
        raise RuleBroken(_NOT_WAITING)
    return GoldenAnswer(look.id, answer, look.first.action)


def in_own_order(actor_id: str, looks: Sequence[SecondLook]) -> Sequence[SecondLook]:
    """In an order of the person's own, always the same: two who begin at once are rarely asked
    about the same text, where only the faster one would count."""
    return sorted(looks, key=lambda look: draw(f"{look.id}:{actor_id}", DrawPurpose.ORDER))


def is_same_answer(known: Answer | None, again: Answer) -> bool:
    """Whether the answer was sent again, as after a lost connection."""
    return known is not None and replace(again, given_at=known.given_at) == known


def told_to_oneself(given: Sequence[GoldenAnswer], now: datetime) -> list[GoldenAnswer]:
    """The golden answers that a person's own figure counts. A figure that moved right after an
    answer would tell which text was golden."""
    return [each for each in given if now - each.answer.given_at >= TOLD_AFTER]


def is_golden_turn(actor_id: str, given: int) -> bool:
    """Whether the next second look of a person who has given so many answers is a golden item."""
    return draw(f"{actor_id}:{given}", DrawPurpose.GOLDEN) < GOLDEN_SHARE


def settled(look: SecondLook, answer: Answer) -> SecondLook:
    """The look with what a third person found, who says why in the note. Raises RuleBroken if the
    two did not differ or if no reason is given, PermissionDenied for one of the two."""
    if look.state is not LookState.DIFFERENT:
        raise RuleBroken("There is no disagreement to settle.")
    _check_other(look, answer)
    if len(visible_form(answer.note).strip()) < MIN_BECAUSE_CHARS:
        raise RuleBroken("Say in a sentence why: both have to learn from it.")
    return replace(look, settled=answer, state=LookState.SETTLED)


def changes_decision(look: SecondLook, chain: Sequence[Decision]) -> bool:
    """Whether what a third person found is another action than that of the decision, which is still
    the current one."""
    if look.settled is None or look.settled.action is look.first.action:
        return False
    return bool(chain) and chain[-1].id == look.decision_id


def made_golden(look: SecondLook, actor_id: str) -> SecondLook:
    """The look as a golden item: two people said the same without knowing of each other, and a
    third one vouches for it. Raises RuleBroken or PermissionDenied."""
    if look.state is not LookState.AGREED:
        raise RuleBroken("Only what two people said alike can be made golden.")
    if look.golden_by is not None:
        raise RuleBroken(f"{look.golden_by} has made it golden already.")
    if any(past.actor == actor_id for past in look.answers):
        raise PermissionDenied("You are one of the two; a third person has to vouch for it.")
    return replace(look, golden_by=actor_id)


def no_longer_golden(look: SecondLook) -> SecondLook:
    """The look, dropped from the golden items. Raises RuleBroken if it is none."""
    if look.golden_by is None:
        raise RuleBroken("This is no golden item.")
    return replace(look, golden_by=None)


def _check_other(look: SecondLook, answer: Answer) -> None:
    if any(past.actor == answer.actor for past in look.answers):
        raise PermissionDenied(_JUDGED)
