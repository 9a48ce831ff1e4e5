"""Which decisions hold. A reviewer's decision is stored at once and holds from the end of its grace
window; until then it can be cancelled, and authors, the site and appeals see nothing of it.

Everything is computed from the stored times, so that nothing has to run at the end of a window.
The staff sees the latest press, which is the last decision of a chain. Chains are oldest first.

What is pending when a text is edited or withdrawn never takes effect: of such a text, `now` is that
moment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.moderation.decisions import NO_GRACE, Decision
from core.moderation.policies import Action


def in_force(chain: Sequence[Decision], now: datetime) -> Decision | None:
    """The decision that holds at `now`; None only if nothing was decided."""
    held = chain_in_effect(chain, now)
    return held[-1] if held else None


def chain_in_effect(chain: Sequence[Decision], now: datetime) -> Sequence[Decision]:
    """The decisions that have held until `now`, the last of them the one in force; without those
    that were cancelled, superseded within their window, or are still in it."""
    held: list[Decision] = []
    moment = now
    for decision in reversed(_without_cancelled(chain)):
        # Compared only with a window: the clocks of several consoles may differ by a little, and
        # what holds at once must not wait for the reader's clock.
        if decision.grace > NO_GRACE and decision.effective_at > moment:
            continue
        held.append(decision)
        moment = min(moment, decision.effective_at)
    return held[::-1]


def standing(chain: Sequence[Decision]) -> Sequence[Decision]:
    """The decisions that were not undone, without the undos; the last is the one to undo next."""
    left: list[Decision] = []
    for decision in chain:
        if left and decision.undoes == left[-1].id:
            left.pop()
        else:
            left.append(decision)
    return left


def standing_at(chain: Sequence[Decision], now: datetime) -> Sequence[Decision]:
    """The decisions that were not undone, up to the one in force at `now`. An undo may bring back
    one that never held by itself, since a reopening had taken its place within its window: so this
    is not what is left of `chain_in_effect`."""
    held = in_force(chain, now)
    return standing(chain[: list(chain).index(held) + 1]) if held is not None else []


def standing_and_held(chain: Sequence[Decision], now: datetime) -> Sequence[Decision]:
    """The decisions that were not undone and that have held until `now`, by themselves or since an
    undo brought them back."""
    held = chain_in_effect(chain, now)
    known = list(chain)
    restored = (standing(known[: known.index(each) + 1])[-1] for each in held if each.undoes)
    ids = {each.id for each in (*held, *restored)}
    return [decision for decision in standing_at(chain, now) if decision.id in ids]


def approval_by_person(chain: Sequence[Decision]) -> Decision | None:
    """The decision by which a person approved the text, if it was not undone. An undo that restores
    the model's approval is none."""
    if not chain:
        return None
    last = standing(chain)[-1]
    return last if not last.is_automated and last.action is Action.APPROVE else None


def is_pending(decision: Decision, now: datetime) -> bool:
    """Whether the decision is still in its grace window."""
    return remaining_grace(decision, now) > NO_GRACE


def remaining_grace(decision: Decision, now: datetime) -> timedelta:
    """How long it is until the decision takes effect; zero once it has."""
    if decision.grace == NO_GRACE:
        return NO_GRACE  # also if the clock of the console that decided is ahead
    return max(decision.effective_at - now, NO_GRACE)


def would_cancel(chain: Sequence[Decision], decision: Decision, now: datetime) -> bool:
    """Whether undoing the decision at `now` cancels it: it has not held yet, and nothing but
    cancelled decisions came after it."""
    return _without_cancelled(chain)[-1] == decision and is_pending(decision, now)


def _without_cancelled(chain: Sequence[Decision]) -> list[Decision]:
    """Without each decision that was undone within its window and the undo that did it."""
    left: list[Decision] = []
    for decision in chain:
        if left and decision.undoes == left[-1].id and is_pending(left[-1], decision.decided_at):
            left.pop()
        else:
            left.append(decision)
    return left
