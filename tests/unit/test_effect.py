"""Which decisions hold at a moment, by the times stored with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from core.moderation.decisions import Decision, DecisionSource
from core.moderation.effect import (
    chain_in_effect,
    in_force,
    is_pending,
    remaining_grace,
    standing,
    standing_at,
    would_cancel,
)
from core.moderation.policies import Action
from tests.moving_clock import START

HOLD, REMOVE = Action.HOLD, Action.REMOVE
APPROVE, ESCALATE = Action.APPROVE, Action.ESCALATE


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def made(
    name: str, seconds: float, action: Action, *, grace: float = 0, undoes: str | None = None
) -> Decision:
    """A person's decision; the one called `model` is the model's."""
    return Decision(
        id=name,
        revision_id="r",
        action=action,
        source=DecisionSource.RULE if name == "model" else DecisionSource.REVIEWER,
        actor="system" if name == "model" else "mina",
        policy_version=1,
        decided_at=at(seconds),
        reason_code="harassment" if action is REMOVE else None,
        undoes=undoes,
        grace=timedelta(seconds=grace),
    )


MODEL = made("model", -60, HOLD)
PRESS = made("press", 0, REMOVE, grace=15)
CANCEL = made("cancel", 5, HOLD, undoes="press")
UNDO = made("undo", 15, HOLD, undoes="press")
UP = made("up", 0, ESCALATE, grace=15)
THEN = made("then", 4, REMOVE, grace=15)
BACK = made("back", 8, HOLD)  # reopened by a lead: at once
BACK_UNDONE = made("back_undone", 10, REMOVE, undoes="back", grace=5)
LATE_CANCEL = made("late_cancel", 12, HOLD, undoes="press")


@pytest.mark.parametrize(
    ("chain", "seconds", "held"),
    [
        ([], 0, []),
        ([MODEL], -60, ["model"]),
        ([MODEL, PRESS], 0, ["model"]),
        ([MODEL, PRESS], 14.999, ["model"]),
        ([MODEL, PRESS], 15, ["model", "press"]),
        # Cancelled: nobody ever sees it, nor that it was taken back.
        ([MODEL, PRESS, CANCEL], 6, ["model"]),
        ([MODEL, PRESS, CANCEL], 600, ["model"]),
        # Undone once it held.
        ([MODEL, PRESS, UNDO], 15, ["model", "press", "undo"]),
        # One press on another, each at its own time; then the second is cancelled.
        ([MODEL, UP, THEN], 14, ["model"]),
        ([MODEL, UP, THEN], 15, ["model", "up"]),
        ([MODEL, UP, THEN], 19, ["model", "up", "then"]),
        (
            [MODEL, UP, THEN, made("x", 6, ESCALATE, undoes="then", grace=9)],
            14,
            ["model"],
        ),
        (
            [MODEL, UP, THEN, made("x", 6, ESCALATE, undoes="then", grace=9)],
            600,
            ["model", "up"],
        ),
        # Both cancelled, newest first.
        (
            [
                MODEL,
                UP,
                THEN,
                made("x", 6, ESCALATE, undoes="then", grace=9),
                made("y", 7, HOLD, undoes="up"),
            ],
            600,
            ["model"],
        ),
        # Superseded within its window by what holds at once.
        ([MODEL, PRESS, BACK], 8, ["model", "back"]),
        ([MODEL, PRESS, BACK], 600, ["model", "back"]),
        # The reopening is undone: the removal is back, and still has its window.
        ([MODEL, PRESS, BACK, BACK_UNDONE], 14, ["model", "back"]),
        ([MODEL, PRESS, BACK, BACK_UNDONE], 15, ["model", "back", "back_undone"]),
        ([MODEL, PRESS, BACK, BACK_UNDONE, LATE_CANCEL], 600, ["model", "back", "late_cancel"]),
    ],
)
def test_decisions_hold_from_the_end_of_their_window(
    chain: Sequence[Decision], seconds: float, held: list[str]
) -> None:
    now = at(seconds)
    assert [decision.id for decision in chain_in_effect(chain, now)] == held
    current = in_force(chain, now)
    assert (current.id if current else None) == (held[-1] if held else None)


def test_what_holds_at_once_waits_for_no_clock() -> None:
    """The clock of the console that decided may be ahead of the reader's."""
    ahead = made("ahead", 2, APPROVE)
    assert list(chain_in_effect([MODEL, ahead], at(0))) == [MODEL, ahead]
    assert list(chain_in_effect([made("model", 3, HOLD), ahead], at(0)))[-1] == ahead
    assert not is_pending(ahead, at(0))


def test_grace_counts_down_to_nothing() -> None:
    assert remaining_grace(PRESS, at(4)) == timedelta(seconds=11)
    assert is_pending(PRESS, at(14.999))
    for moment in (15, 600):
        assert remaining_grace(PRESS, at(moment)) == timedelta(0)
        assert not is_pending(PRESS, at(moment))


def test_standing_are_those_not_undone() -> None:
    assert standing([]) == []
    assert standing([MODEL, PRESS]) == [MODEL, PRESS]
    assert standing([MODEL, PRESS, UNDO]) == [MODEL]
    twice = [MODEL, UP, THEN, made("x", 6, ESCALATE, undoes="then")]
    assert standing(twice) == [MODEL, UP]
    assert standing([*twice, made("y", 7, HOLD, undoes="up")]) == [MODEL]
    assert standing([MODEL, PRESS, BACK, BACK_UNDONE]) == [MODEL, PRESS]


def test_nothing_stands_before_anything_holds() -> None:
    assert standing_at([PRESS], at(2)) == []
    assert standing_at([PRESS], at(600)) == [PRESS]


def test_only_what_never_held_is_cancelled() -> None:
    assert would_cancel([MODEL, PRESS], PRESS, at(14.999))
    assert not would_cancel([MODEL, PRESS], PRESS, at(15))
    assert not would_cancel([MODEL, PRESS, BACK, BACK_UNDONE], PRESS, at(12))
    cancelled = [MODEL, UP, THEN, made("x", 6, ESCALATE, undoes="then", grace=9)]
    assert would_cancel(cancelled, UP, at(7))
