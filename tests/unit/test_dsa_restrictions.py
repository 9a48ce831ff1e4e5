"""Which decisions restrict a text, from when until when, and what follows from what."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from core.moderation.cases import TextGone
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.dsa.restrictions import (
    GoneText,
    RestrictionEnd,
    RestrictionKind,
    held_until,
    kind_of,
    restrictions_of,
)
from core.moderation.policies import Action
from tests.moving_clock import START

HOLD, REMOVE = Action.HOLD, Action.REMOVE
APPROVE, ESCALATE = Action.APPROVE, Action.ESCALATE
SUPERSEDED, APPROVED = RestrictionEnd.SUPERSEDED, RestrictionEnd.APPROVED
UNDONE, OVERTURNED = RestrictionEnd.UNDONE, RestrictionEnd.OVERTURNED
R, H = RestrictionKind.REMOVAL, RestrictionKind.HOLD


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def made(
    name: str,
    seconds: float,
    action: Action,
    reason: str | None = None,
    *,
    grace: float = 0,
    undoes: str | None = None,
    appeal: str | None = None,
) -> Decision:
    """A person's decision; those whose name begins with `model` are a model's."""
    is_model = name.startswith("model")
    return Decision(
        id=name,
        revision_id="r",
        action=action,
        source=DecisionSource.RULE if is_model else DecisionSource.REVIEWER,
        actor="system" if is_model else "mina",
        policy_version=1,
        decided_at=at(seconds),
        reason_code=reason,
        undoes=undoes,
        appeal_id=appeal,
        grace=timedelta(seconds=grace),
    )


HELD = made("model", -60, HOLD, "threat")
UNSCORED = made("model", -60, HOLD)
FINE = made("model", -60, APPROVE)
GONE = made("gone", 0, REMOVE, "threat", grace=15)
CANCEL = made("cancel", 5, HOLD, "threat", undoes="gone")
UNDO = made("undo", 20, HOLD, "threat", undoes="gone")
BACK = made("back", 30, HOLD)
GONE_AGAIN = made("again", 40, REMOVE, "threat", undoes="back")
GONE_ANEW = made("anew", 50, REMOVE, "threat", grace=15)
KEPT = made("kept", 70, APPROVE, grace=15)
WON = made("won", 80, APPROVE, appeal="a")
UP = made("up", 0, ESCALATE)
EARLY_BACK = made("early_back", 5, HOLD)
EARLY_AGAIN = made("early_again", 8, REMOVE, "threat", undoes="early_back", grace=7)
LATE_AGAIN = made("late_again", 20, REMOVE, "threat", undoes="early_back")
KEPT_UNDONE = made("kept_undone", 90, HOLD, "threat", undoes="kept")

# id, kind, supersedes, end; of everything until second 100.
CASES: list[tuple[str, Sequence[Decision], list[tuple[object, ...]]]] = [
    ("nothing", [], []),
    ("approved", [FINE], []),
    ("held", [HELD], [("model", H, None, None)]),
    ("held without a reason", [UNSCORED], []),
    ("held, approved", [HELD, KEPT], [("model", H, None, APPROVED)]),
    ("held, removed", [HELD, GONE], [("model", H, None, SUPERSEDED), ("gone", R, "model", None)]),
    ("cancelled", [HELD, GONE, CANCEL], [("model", H, None, None)]),
    (
        "undone",
        [HELD, GONE, UNDO],
        [
            ("model", H, None, SUPERSEDED),
            ("gone", R, "model", SUPERSEDED),
            ("undo", H, "gone", None),
        ],
    ),
    ("escalated, which gives no reason", [HELD, UP], [("model", H, None, None)]),
    (
        "escalated, removed",
        [HELD, UP, GONE_ANEW],
        [("model", H, None, SUPERSEDED), ("anew", R, "model", None)],
    ),
    ("removed of the visible", [FINE, GONE], [("gone", R, None, None)]),
    ("reopened", [FINE, GONE, BACK], [("gone", R, None, None)]),
    ("reopened by mistake", [FINE, GONE, BACK, GONE_AGAIN], [("gone", R, None, None)]),
    (
        "removed anew",
        [FINE, GONE, BACK, GONE_ANEW],
        [("gone", R, None, SUPERSEDED), ("anew", R, "gone", None)],
    ),
    (
        "reopened and approved",
        [FINE, GONE, BACK, KEPT],
        [("gone", R, None, APPROVED)],
    ),
    ("won", [FINE, GONE, WON], [("gone", R, None, OVERTURNED)]),
    (
        "approved by mistake",
        [HELD, KEPT, KEPT_UNDONE],
        [("model", H, None, APPROVED), ("kept_undone", H, None, None)],
    ),
    # A removal that never took effect by itself, and does by the undo that restored it.
    (
        "restored in its window",
        [FINE, GONE, EARLY_BACK, EARLY_AGAIN],
        [("early_again", R, None, None)],
    ),
    ("restored after it", [FINE, GONE, EARLY_BACK, LATE_AGAIN], [("late_again", R, None, None)]),
]


def told(found: Sequence[object]) -> list[tuple[object, ...]]:
    return [
        (each.decision.id, each.kind, each.supersedes, each.ended_because)  # type: ignore[attr-defined]
        for each in found
    ]


@pytest.mark.parametrize(
    ("chain", "wanted"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_restrictions_of_a_chain(
    chain: Sequence[Decision], wanted: list[tuple[object, ...]]
) -> None:
    found = restrictions_of(chain, at(100))
    assert told(found) == wanted
    assert [each.decision for each in found] == [
        past for past in held_until(chain, at(100)) if past.id in {each[0] for each in wanted}
    ]


def test_times_are_those_at_which_decisions_take_effect() -> None:
    held, gone = restrictions_of([HELD, GONE, WON], at(100))
    assert (held.began_at, held.ended_at, held.superseded_by) == (at(-60), at(15), "gone")
    assert (gone.began_at, gone.ended_at, gone.superseded_by) == (at(15), at(80), None)


@pytest.mark.parametrize(("seconds", "wanted"), [(14.9, ["model"]), (15, ["model", "gone"])])
def test_a_decision_in_its_window_restricts_nothing_yet(seconds: float, wanted: list[str]) -> None:
    assert [each.decision.id for each in restrictions_of([HELD, GONE], at(seconds))] == wanted


def test_what_is_decided_later_is_not_known_yet() -> None:
    (only,) = restrictions_of([FINE, GONE, WON], at(79))
    assert only.ended_at is None
    assert held_until([FINE, GONE, WON], at(79)) == [FINE, GONE]
    assert held_until([FINE, GONE, WON], at(80)) == [FINE, GONE, WON]


@pytest.mark.parametrize("because", list(TextGone))
def test_a_text_that_is_gone_has_no_restriction_any_more(because: TextGone) -> None:
    gone = GoneText(at(10), because)
    (only,) = restrictions_of([HELD, GONE], at(100), gone)
    assert (only.ended_at, only.ended_because) == (at(10), RestrictionEnd(because))
    assert only.superseded_by is None
    (before,) = restrictions_of([HELD], at(9), gone)
    assert before.ended_at is None
    assert restrictions_of([FINE], at(100), gone) == []


def test_what_ended_before_the_text_was_gone_keeps_its_end() -> None:
    gone = GoneText(at(90), TextGone.EDITED)
    (only,) = restrictions_of([HELD, KEPT], at(100), gone)
    assert (only.ended_at, only.ended_because) == (at(85), APPROVED)


@pytest.mark.parametrize(
    ("decision", "kind"),
    [(HELD, H), (UNSCORED, None), (FINE, None), (GONE, R), (UP, None)],
)
def test_kind_of_a_decision(decision: Decision, kind: RestrictionKind | None) -> None:
    assert kind_of(decision) is kind
    assert kind_of(made("up", 0, ESCALATE, "threat")) is H
