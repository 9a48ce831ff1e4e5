"""Which earlier text binds an edit, and the action it needs."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.moderation import edits
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict
from core.moderation.edits import (
    EarlierText,
    automated_verdict,
    needed_action,
    settled_text,
    verdict_on_edit,
)
from core.moderation.policies import Action
from core.moderation.scores import Label
from tests.policies import escalating_policy, fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
APPROVE, HOLD, REMOVE, ESCALATE = Action.APPROVE, Action.HOLD, Action.REMOVE, Action.ESCALATE
MODEL, PERSON = DecisionSource.RULE, DecisionSource.REVIEWER
Step = tuple[Action, DecisionSource]
WORDS = "the edit's words, which go on for a while"
EDIT = Revision("e", "c", 9, WORDS, WORDS, "REF9", NOW)


def text(
    *steps: Step,
    appeal: AppealStatus | None = None,
    is_undone: bool = False,
    is_repeated: bool = False,
    is_alike: bool = False,
) -> EarlierText:
    """`is_undone`: the last step takes back the one before it. `is_repeated`: the edit has the same
    words, with another spacing; `is_alike`: nearly the same."""
    words = f"<p>{EDIT.original}</p> " if is_repeated else "other words"
    words = f"{EDIT.original}, or so!" if is_alike else words
    revision = Revision("r", "c", 1, words, words, "REF", NOW)
    chain = [
        Decision("d", "r", action, source, "who", 1, NOW, reason_code="threat")
        for action, source in steps
    ]
    if is_undone:
        chain[-1] = replace(chain[-1], undoes="d")
    filed = Appeal("a", "d", "r", "Please.", appeal, NOW, NOW) if appeal else None
    return EarlierText(revision, chain, filed)


HELD, CUT, SHOWN = (HOLD, MODEL), (REMOVE, MODEL), (APPROVE, MODEL)
REOPENED = (HOLD, PERSON)
REMOVED_SAME = text(HELD, (REMOVE, PERSON), is_repeated=True)
REMOVED_OTHER = text(HELD, (REMOVE, PERSON))
APPROVED_SAME = text(HELD, (APPROVE, PERSON), is_repeated=True)
APPROVED_OTHER = text(HELD, (APPROVE, PERSON))
REMOVED_ALIKE = text(HELD, (REMOVE, PERSON), is_alike=True)
APPROVED_ALIKE = text(HELD, (APPROVE, PERSON), is_alike=True)
CASES: list[tuple[str, list[EarlierText], Action | None]] = [
    ("no earlier text", [], None),
    ("never decided", [text()], None),
    ("approved by the model", [text((APPROVE, MODEL))], None),
    ("held", [text(HELD)], None),
    ("removed by the model", [text(CUT)], None),
    ("removed by the model, appealed", [text(CUT, appeal=AppealStatus.PENDING)], None),
    ("removed by the model, upheld by a person", [text(CUT, appeal=AppealStatus.UPHELD)], HOLD),
    ("removed by a person", [text(HELD, (REMOVE, PERSON))], HOLD),
    (
        "removed, then taken back",
        [text(HELD, (REMOVE, PERSON), (HOLD, PERSON), is_undone=True)],
        None,
    ),
    ("visible, reopened by a person", [text(SHOWN, REOPENED)], HOLD),
    ("visible, reopened, taken back", [text(SHOWN, REOPENED, SHOWN, is_undone=True)], None),
    ("removed, reopened by a person", [text(HELD, (REMOVE, PERSON), REOPENED)], HOLD),
    ("reopened, handed up", [text(SHOWN, REOPENED, (ESCALATE, PERSON))], ESCALATE),
    (
        "reopened, handed up, taken back",
        [text(SHOWN, REOPENED, (ESCALATE, PERSON), REOPENED, is_undone=True)],
        HOLD,
    ),
    ("removed words come back", [APPROVED_OTHER, REMOVED_SAME], HOLD),
    ("removed words come back after two", [APPROVED_OTHER, APPROVED_OTHER, REMOVED_SAME], HOLD),
    ("removed words approved later come back", [APPROVED_OTHER, APPROVED_SAME, REMOVED_SAME], None),
    ("approved words removed later come back", [APPROVED_OTHER, REMOVED_SAME, APPROVED_SAME], HOLD),
    ("approved words come back after a removal", [REMOVED_OTHER, APPROVED_SAME], HOLD),
    ("removed words come back with a letter more", [APPROVED_OTHER, REMOVED_ALIKE], HOLD),
    ("nearly the words approved later", [APPROVED_OTHER, APPROVED_ALIKE, REMOVED_ALIKE], None),
    ("the removed words, nearly approved later", [APPROVED_ALIKE, REMOVED_SAME], HOLD),
    ("the approved words, nearly removed later", [APPROVED_SAME, REMOVED_ALIKE], None),
    ("words the model removed come back", [APPROVED_OTHER, text(CUT, is_repeated=True)], None),
    ("removed, then restored on appeal", [text(HELD, (REMOVE, PERSON), (APPROVE, PERSON))], None),
    ("approved by a person", [text(HELD, (APPROVE, PERSON))], None),
    ("handed up", [text(HELD, (ESCALATE, PERSON))], ESCALATE),
    ("handed up by a rule", [text((ESCALATE, MODEL))], ESCALATE),
    ("handed up, removed", [text(HELD, (ESCALATE, PERSON), (REMOVE, PERSON))], ESCALATE),
    ("handed up, approved", [text(HELD, (ESCALATE, PERSON), (APPROVE, PERSON))], None),
    (
        "handed up, taken back",
        [text(HELD, (ESCALATE, PERSON), (HOLD, PERSON), is_undone=True)],
        None,
    ),
    ("removed, then an edit that waits", [text(HELD), text(HELD, (REMOVE, PERSON))], HOLD),
    ("removed, then an edit never scored", [text(), text(HELD, (REMOVE, PERSON))], HOLD),
    ("removed, then an edit the model cut", [text(CUT), text(HELD, (REMOVE, PERSON))], HOLD),
    (
        "removed, then an edit a person approved",
        [text(HELD, (APPROVE, PERSON)), text(HELD, (REMOVE, PERSON))],
        None,
    ),
]


@pytest.mark.parametrize(("why", "earlier", "needed"), CASES, ids=[case[0] for case in CASES])
def test_earlier_text_that_people_decided_binds_the_edit(
    why: str, earlier: list[EarlierText], needed: Action | None
) -> None:
    assert needed_action(settled_text(EDIT, earlier)) is needed


def test_texts_that_bind_nothing_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cleaning is slow, and somebody may edit a comment a hundred times."""
    compared: list[str] = []
    monkeypatch.setattr(edits, "is_same_text", lambda one, _: compared.append(one))
    approved = text(HELD, (APPROVE, PERSON))
    settled_text(EDIT, [*(text(SHOWN) for _ in range(100)), approved, text(CUT)])
    assert compared == [approved.revision.original]


@pytest.mark.parametrize("said", Action)
def test_model_has_no_say_where_a_person_is_needed(said: Action) -> None:
    verdict = Verdict(said, (), "threat")
    assert verdict_on_edit(verdict, None) == verdict
    assert verdict_on_edit(verdict, ESCALATE) == replace(verdict, action=ESCALATE)
    expected = ESCALATE if said is ESCALATE else HOLD
    assert verdict_on_edit(verdict, HOLD) == replace(verdict, action=expected)


NOT_READ, AFTER_EDIT = DecisionSource.NOT_READ_WHOLE, DecisionSource.AFTER_EDIT


@pytest.mark.parametrize(
    ("score", "earlier", "expected"),
    [
        (0.1, [], (HOLD, NOT_READ)),
        (0.6, [], (HOLD, MODEL)),
        (0.95, [], (REMOVE, MODEL)),
        (0.1, [text(HELD, (REMOVE, PERSON))], (HOLD, AFTER_EDIT)),
        (0.1, [text(HELD, (ESCALATE, PERSON))], (ESCALATE, AFTER_EDIT)),
    ],
)
def test_what_was_not_read_whole_is_never_approved_and_a_removal_stays(
    score: float, earlier: list[EarlierText], expected: Step
) -> None:
    verdict, source = automated_verdict(
        {Label.THREAT: score}, fixed_policy(NOW), EDIT, earlier, failure_action=HOLD, unread_chars=1
    )
    assert (verdict.action, source) == expected


def test_an_escalation_of_the_read_part_stays() -> None:
    scores = {Label.THREAT: 0.8}
    policy = escalating_policy(fixed_policy(NOW), Label.THREAT, 0.7)
    whole, source = automated_verdict(scores, policy, EDIT, [], failure_action=HOLD)
    assert whole.action is ESCALATE
    unread = automated_verdict(scores, policy, EDIT, [], failure_action=HOLD, unread_chars=9)
    assert unread == (whole, source)
