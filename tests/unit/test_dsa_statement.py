"""A restriction as a statement: what it says of model, reports and people, and that whatever is in
it keeps every rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.cleaning import is_storable
from core.moderation.decisions import MAX_NOTE_CHARS, Decision, DecisionSource
from core.moderation.default_policy import REASONS, default_policy
from core.moderation.dsa.categories import VIOLATIONS, violation_of
from core.moderation.dsa.fields import (
    KEYWORDS_OF,
    Automation,
    Category,
    Fields,
    Keyword,
    SourceType,
)
from core.moderation.dsa.origin import HeededReport, origin_of
from core.moderation.dsa.restrictions import restrictions_of
from core.moderation.dsa.rules import problems_of
from core.moderation.dsa.statement import RestrictedText, build_fields
from core.moderation.invisible import is_blank
from core.moderation.policies import Action, Policy
from core.moderation.reasons import Reason
from core.moderation.reports import ReportKind
from core.moderation.scores import Label

NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
POLICY = default_policy(NOW)
FULLY, PARTIALLY, NOT = Automation.FULLY, Automation.PARTIALLY, Automation.NOT
USER, FLAGGER = ReportKind.USER, ReportKind.TRUSTED_FLAGGER


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


MODEL = Decision(
    id="model",
    revision_id="r",
    action=Action.HOLD,
    source=DecisionSource.RULE,
    actor="system",
    policy_version=1,
    decided_at=at(0),
    rule_ids=("insult-hold", "toxicity-hold"),
    reason_code="harassment",
    scores={Label.INSULT: 0.93125, Label.TOXICITY: 0.8},
    language="de",
)
FINE = replace(MODEL, action=Action.APPROVE, rule_ids=(), reason_code=None)
UNSCORED = replace(
    MODEL, source=DecisionSource.FAILURE_POLICY, rule_ids=(), reason_code=None, scores={}
)


def person(name: str, minutes: float, action: Action, note: str = "", **more: str) -> Decision:
    return Decision(
        id=name,
        revision_id="r",
        action=action,
        source=DecisionSource.REVIEWER,
        actor="mina",
        policy_version=1,
        decided_at=at(minutes),
        reason_code="harassment" if action is Action.REMOVE else None,
        note=note,
        **more,
    )


GONE = person("gone", 10, Action.REMOVE)
KEPT = person("kept", 5, Action.APPROVE)
UNKEPT = person("unkept", 7, Action.HOLD, undoes="kept")
PRESSED = replace(KEPT, grace=timedelta(minutes=1))
REOPENED = person("reopened", 5.5, Action.HOLD)
BACK = person("back", 7, Action.APPROVE, undoes="reopened")


def fields_of(chain: Sequence[Decision], policy: Policy = POLICY, **more: object) -> Fields:
    """Of the last restriction."""
    text = RestrictedText(chain=chain, policies={1: policy}, posted_at=at(-5), **more)  # type: ignore[arg-type]
    return build_fields(restrictions_of(chain, at(1_000))[-1], text)


def test_a_removal_by_a_person_after_a_model() -> None:
    fields = fields_of([MODEL, GONE])
    assert problems_of(fields) == []
    assert fields == {
        "puid": "gone",
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"Harassment: {REASONS[1].text}",
        "incompatible_content_explanation": "A person found that the comment breaks this rule of "
        "the site's terms.",
        "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "category_specification": ["KEYWORD_CYBER_HARASSMENT"],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": "2026-11-20",
        "content_language": "DE",
        "territorial_scope": fields["territorial_scope"],
        "application_date": "2026-11-20",
        "decision_facts": "A model scored the comment from 0 to 1 (policy version 1): insult "
        "0.931, where the rule is to hold from 0.310; toxicity 0.800, where the rule is to hold "
        "from 0.680. A person read the comment; it was removed by their decision.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    }
    assert len(fields["territorial_scope"]) == 30  # type: ignore[arg-type]


def test_a_hold_by_a_model_alone() -> None:
    fields = fields_of([replace(MODEL, unread_chars=1_200)])
    assert problems_of(fields) == []
    assert fields["puid"] == "model"
    assert fields["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_DISABLED"]
    assert (fields["automated_detection"], fields["automated_decision"]) == ("Yes", FULLY)
    assert str(fields["decision_facts"]).endswith(
        "The comment was hidden by this rule; no person took part in the decision. Readers don't "
        "see it until a person has decided. No model read the last 1,200 characters of it."
    )
    assert str(fields["incompatible_content_explanation"]).startswith("By automated means")


def report(minutes: float, kind: ReportKind = USER) -> HeededReport:
    return HeededReport(kind, at(minutes))


# chain, reports; found by a model, how much was automated, what led to it
ORIGINS: list[tuple[list[Decision], list[HeededReport], tuple[bool, Automation, SourceType]]] = [
    ([MODEL], [], (True, FULLY, SourceType.VOLUNTARY)),
    ([MODEL], [report(-1)], (True, FULLY, SourceType.VOLUNTARY)),
    ([MODEL, GONE], [], (True, PARTIALLY, SourceType.VOLUNTARY)),
    ([MODEL, GONE], [report(1)], (True, PARTIALLY, SourceType.VOLUNTARY)),
    ([FINE, GONE], [], (False, NOT, SourceType.VOLUNTARY)),
    ([FINE, GONE], [report(1)], (False, NOT, SourceType.OTHER_NOTIFICATION)),
    ([FINE, GONE], [report(-1)], (False, NOT, SourceType.OTHER_NOTIFICATION)),
    ([FINE, GONE], [report(1), report(2, FLAGGER)], (False, NOT, SourceType.TRUSTED_FLAGGER)),
    ([FINE, GONE], [report(11)], (False, NOT, SourceType.VOLUNTARY)),
    ([UNSCORED, GONE], [], (False, NOT, SourceType.VOLUNTARY)),
    # A person approved it in between: neither the model nor an earlier report led to the removal.
    ([MODEL, KEPT, GONE], [], (False, NOT, SourceType.VOLUNTARY)),
    ([MODEL, KEPT, GONE], [report(4)], (False, NOT, SourceType.VOLUNTARY)),
    ([MODEL, KEPT, GONE], [report(6)], (False, NOT, SourceType.OTHER_NOTIFICATION)),
    ([MODEL, KEPT, UNKEPT, GONE], [], (True, PARTIALLY, SourceType.VOLUNTARY)),
    # An approval that a reopening kept from taking effect counts once an undo has brought it back.
    ([MODEL, PRESSED, REOPENED, GONE], [report(2)], (True, PARTIALLY, SourceType.VOLUNTARY)),
    ([MODEL, PRESSED, REOPENED, BACK, GONE], [report(4)], (False, NOT, SourceType.VOLUNTARY)),
    (
        [MODEL, PRESSED, REOPENED, BACK, GONE],
        [report(6)],
        (False, NOT, SourceType.OTHER_NOTIFICATION),
    ),
]


@pytest.mark.parametrize(("chain", "reports", "wanted"), ORIGINS)
def test_origin_is_derived(
    chain: list[Decision], reports: list[HeededReport], wanted: tuple[bool, Automation, SourceType]
) -> None:
    origin = origin_of(chain[-1], chain[:-1], reports)
    assert (origin.is_found_automatically, origin.automation, origin.source_type) == wanted


def test_facts_say_what_was_reported_and_when_nothing_called_attention() -> None:
    fields = fields_of([FINE, GONE], reports=[report(1), report(2), report(3, FLAGGER)])
    assert str(fields["decision_facts"]).startswith(
        "The comment was reported: 2 times by readers and 1 time by trusted flaggers. A person"
    )
    assert fields["automated_detection"] == "No"
    facts = str(fields_of([FINE, GONE])["decision_facts"])
    assert facts.startswith(
        "Neither scores, nor a rule about words or links, nor a report led to the decision."
    )


def test_thresholds_of_all_actions_are_told() -> None:
    rules = [replace(rule, high=0.9) if rule.id == "insult-hold" else rule for rule in POLICY.rules]
    hold = next(rule for rule in rules if rule.id == "insult-hold")
    remove = replace(hold, id="insult-remove", low=0.9, high=1.0, action=Action.REMOVE)
    policy = replace(POLICY, rules=(*rules, remove))
    gone = replace(
        MODEL, action=Action.REMOVE, rule_ids=("insult-remove",), scores={Label.INSULT: 0.95}
    )
    facts = str(fields_of([gone], policy)["decision_facts"])
    assert "insult 0.950, where the rule is to hold from 0.310 and to remove from 0.900." in facts
    assert facts.endswith(
        "The comment was removed by this rule; no person took part in the decision."
    )


def test_every_reason_of_the_default_policy_has_a_violation_that_fits() -> None:
    assert set(VIOLATIONS) == {reason.code for reason in REASONS}
    for category, keyword in VIOLATIONS.values():
        assert keyword is Keyword.OTHER or keyword in KEYWORDS_OF[category]


def test_a_reason_of_a_sites_own_is_another_violation_and_named() -> None:
    policy = replace(POLICY, reasons=(*REASONS, Reason("off topic/1", "Off topic", "Stay on it.")))
    gone = replace(GONE, reason_code="off topic/1")
    fields = fields_of([FINE, gone], policy, rules_url="https://example.org/rules#{reason}")
    assert violation_of("off topic/1") == (Category.OTHER, Keyword.OTHER)
    assert fields["category_specification_other"] == "Off topic"
    url = "https://example.org/rules#off%20topic%2F1"
    assert fields["decision_ground_reference_url"] == url
    assert problems_of(fields) == []


def test_a_note_is_masked_and_names_nobody() -> None:
    gone = replace(GONE, note="Sam, mail lena at lena@example.org or call 030 1234567.")
    fields = fields_of([MODEL, gone], names=["sam", "lena"])
    assert str(fields["incompatible_content_explanation"]).endswith(
        "The note to its author: [removed], mail [removed] at [removed] or call [removed]."
    )


@pytest.mark.parametrize(
    ("language", "wanted"), [("de", "DE"), ("und", None), ("ceb", None), (None, None)]
)
def test_a_language_is_told_if_it_is_sure_and_has_two_letters(
    language: str | None, wanted: str | None
) -> None:
    fields = fields_of([replace(MODEL, language=language)])
    assert fields.get("content_language") == wanted


def test_days_are_those_of_utc_when_it_took_effect() -> None:
    gone = replace(GONE, decided_at=at(29.9), grace=timedelta(seconds=15))
    assert fields_of([MODEL, gone])["application_date"] == "2026-11-21"


TEXTS = st.text(max_size=400).filter(lambda text: is_storable(text) and not is_blank(text))


@pytest.mark.slow
@given(
    note=st.text(max_size=MAX_NOTE_CHARS).filter(is_storable),
    reason=st.builds(Reason, st.just("harassment"), TEXTS, TEXTS),
    score=st.floats(0.31, 1),
    names=st.lists(st.text(max_size=20), max_size=3),
)
def test_no_words_make_a_statement_that_can_not_be_sent(
    note: str, reason: Reason, score: float, names: list[str]
) -> None:
    policy = replace(
        POLICY, reasons=(reason, *(each for each in REASONS if each.code != reason.code))
    )
    model = replace(MODEL, scores={Label.INSULT: score, Label.TOXICITY: score})
    fields = fields_of([model, replace(GONE, note=note)], policy, names=names)
    assert problems_of(fields) == []


def test_long_words_are_cut() -> None:
    long = Reason("harassment", "Harassment", "word " * 200)
    policy = replace(POLICY, reasons=(long, *(r for r in REASONS if r.code != "harassment")))
    fields = fields_of([MODEL, replace(GONE, note="x" * MAX_NOTE_CHARS)], policy)
    assert problems_of(fields) == []
    assert len(str(fields["incompatible_content_ground"])) in (499, 500)
    assert str(fields["incompatible_content_ground"]).endswith(" …")
    assert len(str(fields["incompatible_content_explanation"])) == 2_000
