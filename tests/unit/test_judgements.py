"""What people decided on a text, as trials and estimates count it."""

from datetime import UTC, datetime, timedelta

from core.moderation.decisions import Decision, DecisionSource
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED, Judgement, judgement_of
from core.moderation.policies import Action

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GRACE = timedelta(seconds=15)
DAY = timedelta(days=1)


def made(number: int, action: Action, at: datetime, actor: str = "mina", **more) -> Decision:
    source = DecisionSource.REVIEWER if actor != "system" else DecisionSource.RULE
    return Decision(f"d{number}", "r", action, source, actor, 1, at, **more)


HELD = made(1, Action.HOLD, NOW, "system")
APPROVED = made(2, Action.APPROVE, NOW + DAY, "lena", grace=GRACE)
REOPENED = made(3, Action.HOLD, NOW + DAY, "ravi")
BACK = made(4, Action.APPROVE, NOW + 2 * DAY, "ravi", undoes="d3")


def at(chain: list[Decision], moment: datetime) -> Judgement:
    return judgement_of(chain, None, moment)


def test_a_decision_counts_from_when_it_holds() -> None:
    chain = [HELD, APPROVED]
    assert at(chain, NOW + DAY) == Judgement(NOT_JUDGED, is_settled=False)
    assert at(chain, NOW + DAY + GRACE) == Judgement(KEPT, "lena", NOW + DAY)


def test_what_an_undo_brings_back_counts_though_it_had_never_held() -> None:
    """lena approves, ravi reopens within her window, and a day later undoes that: her approval
    stands now."""
    chain = [HELD, APPROVED, REOPENED]
    assert at(chain, NOW + DAY + GRACE).verdict == NOT_JUDGED
    assert at([*chain, BACK], NOW + 2 * DAY) == Judgement(KEPT, "lena", NOW + DAY)


def test_what_an_undo_brings_back_of_the_models_is_no_judgement() -> None:
    removed = made(2, Action.REMOVE, NOW + DAY, grace=GRACE, reason_code="threat")
    undone = made(3, Action.HOLD, NOW + 2 * DAY, undoes="d2")
    assert at([HELD, removed], NOW + 2 * DAY).verdict == REMOVED
    assert at([HELD, removed, undone], NOW + 2 * DAY).verdict == NOT_JUDGED


def test_a_text_that_is_gone_has_the_judgement_of_that_moment() -> None:
    chain, within = [HELD, APPROVED], NOW + DAY + GRACE / 2
    assert judgement_of(chain, within, NOW + 3 * DAY) == Judgement(NOT_JUDGED)
    assert judgement_of(chain, NOW + 2 * DAY, NOW + 3 * DAY).verdict == KEPT


def test_without_decisions_there_is_none() -> None:
    assert at([], NOW) == Judgement()
