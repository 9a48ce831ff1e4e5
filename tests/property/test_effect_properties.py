"""What holds at a moment, for any order of presses, undos, reopenings and pauses, compared with a
plain list of what takes effect when."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.moderation.decisions import NO_GRACE, Decision, DecisionSource
from core.moderation.effect import (
    chain_in_effect,
    in_force,
    remaining_grace,
    standing,
    would_cancel,
)
from core.moderation.policies import Action
from tests.moving_clock import START

GRACE = timedelta(seconds=15)
FIRST = Decision("0", "r", Action.HOLD, DecisionSource.RULE, "system", 1, START)

STEPS = st.lists(
    st.sampled_from(["press", "press", "undo", "undo", "reopen"])
    | st.integers(1, 20).map(lambda seconds: timedelta(seconds=seconds)),
    max_size=20,
)


@dataclass
class Account:
    """The chain as the services make it, and in `effects` the decisions that took or will take
    effect, each with the time from which it holds."""

    now: datetime = START
    chain: list[Decision] = field(default_factory=lambda: [FIRST])
    effects: list[tuple[datetime, Decision]] = field(default_factory=lambda: [(START, FIRST)])
    cancelled: set[str] = field(default_factory=set)

    def add(
        self, action: Action, *, grace: timedelta = NO_GRACE, undoes: str | None = None
    ) -> None:
        self.chain.append(
            replace(
                FIRST,
                id=str(len(self.chain)),
                action=action,
                source=DecisionSource.REVIEWER,
                decided_at=self.now,
                grace=grace,
                undoes=undoes,
            )
        )

    def schedule(self) -> None:
        """What would take effect after the newest decision never does."""
        newest = self.chain[-1]
        kept = [(since, each) for since, each in self.effects if since <= newest.effective_at]
        self.effects = [*kept, (newest.effective_at, newest)]

    def take(self, step: str | timedelta) -> None:
        if isinstance(step, timedelta):
            self.now += step
        elif step == "press":
            self.add(Action.APPROVE, grace=GRACE)
            self.schedule()
        elif step == "reopen":
            self.add(Action.HOLD)
            self.schedule()
        elif len(standing(self.chain)) > 1:
            self.undo()

    def undo(self) -> None:
        restored, taken = standing(self.chain)[-2:]
        is_pending = any(each is taken and since > self.now for since, each in self.effects)
        assert would_cancel(self.chain, taken, self.now) is is_pending
        grace = remaining_grace(restored, self.now)
        self.add(restored.action, grace=grace, undoes=taken.id)
        if is_pending:
            self.effects = [(since, each) for since, each in self.effects if each is not taken]
            self.cancelled |= {taken.id, self.chain[-1].id}
        else:
            self.schedule()

    def held(self, now: datetime) -> list[Decision]:
        return [each for since, each in self.effects if since <= now]


@given(STEPS)
def test_what_holds_is_what_took_effect(steps: Sequence[str | timedelta]) -> None:
    account = Account()
    for step in steps:
        account.take(step)
        for seconds in (0, 1, 7, 14, 15, 60):
            moment = account.now + timedelta(seconds=seconds)
            held = account.held(moment)
            assert chain_in_effect(account.chain, moment) == held
            assert in_force(account.chain, moment) == held[-1]


@given(STEPS)
def test_nothing_of_a_cancelled_decision_is_ever_in_effect(
    steps: Sequence[str | timedelta],
) -> None:
    account = Account()
    for step in steps:
        account.take(step)
    for seconds in range(-100, 100, 5):
        held = chain_in_effect(account.chain, account.now + timedelta(seconds=seconds))
        assert not {decision.id for decision in held} & account.cancelled


@given(STEPS)
def test_after_the_last_window_what_holds_has_the_last_action(
    steps: Sequence[str | timedelta],
) -> None:
    """Staff and public agree once time has passed."""
    account = Account()
    for step in steps:
        account.take(step)
    current = in_force(account.chain, account.now + GRACE)
    assert current is not None
    assert current.action is account.chain[-1].action
