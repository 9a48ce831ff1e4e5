"""Who hears an appeal, what they say first, and how it ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PermissionDenied, RuleBroken
from core.moderation.appeals import MAX_APPEAL_CHARS, Appeal, AppealStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.default_policy import default_policy
from core.moderation.hearings import (
    MIN_OUTCOME_CHARS,
    FirstLook,
    check_can_hear,
    check_first_look,
    check_outcome,
    check_outcome_reason,
    is_decision_hidden,
)
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HOLD = Decision("d1", "rev", Action.HOLD, DecisionSource.RULE, "system", 1, NOW)
REMOVAL = Decision(
    "d2", "rev", Action.REMOVE, DecisionSource.REVIEWER, "mina", 1, NOW,
    reason_code="threat", supersedes="d1",
)  # fmt: skip
APPEAL = Appeal("a1", "d2", "rev", "It was a quotation.", AppealStatus.PENDING, NOW, NOW)


@pytest.mark.parametrize(
    ("actor", "chain", "may_hear", "why"),
    [
        ("lena", [HOLD, REMOVAL], True, "took no part"),
        ("mina", [HOLD, REMOVAL], False, "removed it"),
        ("system", [replace(REMOVAL, actor="system")], False, "the machine does not hear its own"),
        (
            "lena",
            [HOLD, replace(HOLD, id="d3", action=Action.ESCALATE, actor="lena"), REMOVAL],
            False,
            "escalated it, which is part of deciding",
        ),
        (
            "mina",
            [HOLD, REMOVAL, replace(HOLD, actor="mina", undoes="d2"),
             replace(REMOVAL, actor="ravi")],
            False,
            "took a decision on it, if only to take it back",
        ),
    ],
)  # fmt: skip
def test_nobody_who_took_part_hears_the_appeal(
    actor: str, chain: list[Decision], may_hear: bool, why: str
) -> None:
    if may_hear:
        check_can_hear(actor, APPEAL, chain)
        return
    with pytest.raises(PermissionDenied, match="somebody else must hear it"):
        check_can_hear(actor, APPEAL, chain)


def test_one_lead_alone_hears_no_appeal_of_their_own_and_learns_what_to_do() -> None:
    with pytest.raises(PermissionDenied, match=r"Nobody else here may: an admin can invite"):
        check_can_hear(REMOVAL.actor, APPEAL, [HOLD, REMOVAL], is_alone=True)
    check_can_hear("ravi", APPEAL, [HOLD, REMOVAL], is_alone=True)


@pytest.mark.parametrize("status", [AppealStatus.UPHELD, AppealStatus.OVERTURNED])
def test_appeal_that_was_heard_is_not_heard_again(status: AppealStatus) -> None:
    ended = replace(APPEAL, status=status, heard_by="lena")
    with pytest.raises(RuleBroken, match=f"This appeal was {status} by lena."):
        check_can_hear("ravi", ended, [HOLD, REMOVAL])


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("", "empty"),
        ("no" + " " * 20, "a word"),
        ("\u200b" * 20, "nothing to see"),
        ("no" + "\u200d\u2800" * 20, "a word and nothing to see"),
        ("x" * (MIN_OUTCOME_CHARS - 1), "one short"),
        ("x" * (MAX_APPEAL_CHARS + 1), "too long"),
        ("It was\x00 a quotation.", "NUL can't be stored"),
        ("It was\ud800 a quotation.", "half a character can't be stored"),
    ],
)
def test_outcome_needs_a_reason_that_can_be_read(reason: str, why: str) -> None:
    with pytest.raises(RuleBroken):
        check_outcome_reason(reason)


def test_reason_of_the_shortest_and_longest_kind_is_taken() -> None:
    for length in (MIN_OUTCOME_CHARS, MAX_APPEAL_CHARS):
        assert check_outcome_reason(" " + "x" * length + " ") == "x" * length


POLICY = default_policy(NOW)
LENA = Actor("lena", Role.LEAD)
LOOK = FirstLook("a1", "lena", Action.APPROVE, NOW)


@pytest.mark.parametrize(
    ("actor", "appeal", "looks", "is_hidden", "why"),
    [
        (LENA, APPEAL, [], True, "hers to hear, and nothing said yet"),
        (LENA, APPEAL, [replace(LOOK, actor="ravi")], True, "a colleague's answer is not hers"),
        (LENA, APPEAL, [LOOK], False, "she has answered"),
        (LENA, replace(APPEAL, status=AppealStatus.UPHELD), [], False, "it is over"),
        (LENA, replace(APPEAL, status=AppealStatus.CLOSED), [], False, "its text is gone"),
        (Actor("mina", Role.LEAD), APPEAL, [], False, "she decided it herself"),
        (Actor("mia", Role.MODERATOR), APPEAL, [], False, "she can't hear it"),
        (Actor("ines", Role.AUDITOR), APPEAL, [], False, "an auditor sees all"),
    ],
)
def test_the_decision_is_hidden_from_who_may_hear_until_the_first_answer(
    actor: Actor, appeal: Appeal, looks: list[FirstLook], is_hidden: bool, why: str
) -> None:
    assert is_decision_hidden(actor, appeal, [HOLD, REMOVAL], looks) is is_hidden, why


@pytest.mark.parametrize(
    ("look", "known", "message"),
    [
        (LOOK, LOOK, "already"),
        (replace(LOOK, action=Action.HOLD), None, "keep the comment or remove it"),
        (replace(LOOK, action=Action.ESCALATE), None, "keep the comment or remove it"),
        (replace(LOOK, action=Action.REMOVE), None, "Choose the reason"),
        (replace(LOOK, reason_code="threat"), None, "only then"),
        (replace(LOOK, action=Action.REMOVE, reason_code="nothing"), None, "no such reason"),
    ],
)
def test_a_first_answer_is_given_once_and_a_removal_has_a_reason(
    look: FirstLook, known: FirstLook | None, message: str
) -> None:
    with pytest.raises(RuleBroken, match=message):
        check_first_look(look, POLICY, known)


def test_both_first_answers_are_taken() -> None:
    check_first_look(LOOK, POLICY, None)
    code = POLICY.reasons[0].code
    check_first_look(replace(LOOK, action=Action.REMOVE, reason_code=code), POLICY, None)


@pytest.mark.parametrize(
    ("look", "overturn", "other_reason", "message"),
    [
        (None, True, None, "Say first"),
        (None, False, None, "Say first"),
        (LOOK, True, "harassment", "comes back"),
        (LOOK, False, "threat", "the reason for which the comment was removed"),
        (LOOK, False, "nothing", "no such reason"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(
    look: FirstLook | None, overturn: bool, other_reason: str | None, message: str
) -> None:
    with pytest.raises(RuleBroken, match=message):
        check_outcome(POLICY, REMOVAL, look, overturn=overturn, other_reason=other_reason)


@pytest.mark.parametrize(
    ("overturn", "other_reason"), [(True, None), (False, None), (False, "harassment")]
)
def test_outcomes_that_fit(overturn: bool, other_reason: str | None) -> None:
    check_outcome(POLICY, REMOVAL, LOOK, overturn=overturn, other_reason=other_reason)
