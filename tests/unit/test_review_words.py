"""What the review pages say of a member of an enum: each has its sentence."""

from collections.abc import Collection
from enum import StrEnum

import pytest

from core.moderation.appeals import AppealStatus
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.policies import Action
from core.moderation.queue import Count, HeldBy
from core.moderation.sampling import SamplingReason
from core.moderation.text_rules import TextRuleKind
from core.texts.texts import STAFF_LANGUAGES, staff_texts_in
from dashboard.review.case_wording import RULE_ACTIONS, cases_figure
from dashboard.review.desk.facets import HELD, STATUSES
from dashboard.review.plain.actions import BUTTONS
from dashboard.staff_texts import reading

NOT_APPROVED = [action for action in Action if action is not Action.APPROVE]
TABLES: list[tuple[str, Collection[StrEnum]]] = [
    ("review.unscored", CaseTrigger),
    ("review.sampled", SamplingReason),
    ("review.match", TextRuleKind),
    ("review.match_unseen", TextRuleKind),
    ("review.above", NOT_APPROVED),
    ("review.below", NOT_APPROVED),
    ("review.standing", Action),
    ("review.outcome", AppealStatus),
    ("review.nothing", CaseStatus),
    ("review.nothing_about", CaseStatus),
    ("plain.status", CaseStatus),
    ("plain.you", [action for action, *_ in BUTTONS]),
]


@pytest.mark.parametrize(("table", "members"), TABLES, ids=[table for table, _ in TABLES])
def test_each_member_has_its_sentence(table: str, members: Collection[StrEnum]) -> None:
    texts = staff_texts_in("en")
    assert [each for each in members if not texts.has(f"{table}.{each.name.lower()}")] == []


@pytest.mark.parametrize("action", Action)
def test_each_action_is_counted(action: Action) -> None:
    assert staff_texts_in("fr").count(f"review.verdict.{action.name.lower()}", 2).startswith("2 ")


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_each_member_has_its_words(language: str) -> None:
    with reading(language):
        assert all([*RULE_ACTIONS.values(), *STATUSES.values(), *HELD.values()])
    assert (set(RULE_ACTIONS), set(STATUSES), set(HELD)) == (
        set(Action),
        set(CaseStatus),
        set(HeldBy),
    )


@pytest.mark.parametrize(("language", "figure"), [("en", "1,240+"), ("de", "1.240+")])
def test_a_number_that_may_be_higher_says_so(language: str, figure: str) -> None:
    with reading(language):
        assert cases_figure(Count(1_240, is_exact=False)) == figure
        assert cases_figure(Count(1)) == "1"
