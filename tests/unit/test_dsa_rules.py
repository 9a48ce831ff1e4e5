"""The rules of the EU's transparency database: one statement that keeps all, and for each rule a
change that breaks exactly that one."""

from collections.abc import Callable

import pytest

from core.moderation.dsa.fields import (
    CONTENT_OTHER,
    EEA_COUNTRIES,
    END_DATES,
    FREE_TEXTS,
    MONETARY_OTHER,
    Automation,
    Category,
    Ground,
    Keyword,
    SourceType,
    VisibilityDecision,
)
from core.moderation.dsa.rules import RULES, problems_of, problems_of_batch

GOOD: dict[str, object] = {
    "puid": "0a-Z_9",
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Harassment: argue with what people say.",
    "incompatible_content_explanation": "It insults a person.",
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "category_specification": ["KEYWORD_CYBER_HARASSMENT"],
    "content_type": ["CONTENT_TYPE_TEXT"],
    "content_date": "2026-11-01",
    "content_language": "EN",
    "territorial_scope": list(EEA_COUNTRIES),
    "application_date": "2026-11-02",
    "decision_facts": "A model scored the comment: insult 0.931.",
    "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "Yes",
    "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
}
ILLEGAL: dict[str, object] = {
    "decision_ground": Ground.ILLEGAL.value,
    "illegal_content_legal_ground": "Section 185 of the code",
    "illegal_content_explanation": "It insults a person.",
    "incompatible_content_ground": None,
    "incompatible_content_explanation": None,
}
OTHER_VISIBILITY: dict[str, object] = {
    "decision_visibility": [VisibilityDecision.OTHER.value],
    "decision_visibility_other": "greyed out",
}
OTHER_MONEY: dict[str, object] = {
    "decision_monetary": MONETARY_OTHER,
    "decision_monetary_other": "a fee",
}
OTHER_TYPE: dict[str, object] = {
    "content_type": [CONTENT_OTHER],
    "content_type_other": "a poll",
}
NOTICE: dict[str, object] = {"source_type": "SOURCE_TRUSTED_FLAGGER", "source_identity": "A group"}
MAIL = "write to sam@example.org"


def changed(*changes: dict[str, object]) -> dict[str, object]:
    """The good statement with other fields; those that are None are left out."""
    fields = dict(GOOD)
    for change in changes:
        fields |= change
    return {name: value for name, value in fields.items() if value is not None}


BREAKS: dict[tuple[str, str], dict[str, object]] = {
    ("puid", "required"): changed({"puid": None}),
    ("puid", "pattern"): changed({"puid": "not/allowed"}),
    ("decision_visibility", "one_decision"): changed({"decision_visibility": None}),
    ("decision_visibility", "list_of"): changed({"decision_visibility": ["REMOVED"]}),
    ("decision_visibility_other", "needed"): changed(
        OTHER_VISIBILITY, {"decision_visibility_other": None}
    ),
    ("decision_visibility_other", "dropped"): changed({"decision_visibility_other": "greyed"}),
    ("decision_visibility_other", "length"): changed(
        OTHER_VISIBILITY, {"decision_visibility_other": "x" * 501}
    ),
    ("decision_account", "one_of"): changed({"decision_account": "BANNED"}),
    ("decision_provision", "one_of"): changed({"decision_provision": "SUSPENDED"}),
    ("decision_monetary", "one_of"): changed({"decision_monetary": "FINED"}),
    ("decision_monetary_other", "needed"): changed(OTHER_MONEY, {"decision_monetary_other": None}),
    ("decision_monetary_other", "dropped"): changed({"decision_monetary_other": "a fee"}),
    ("decision_monetary_other", "length"): changed(
        OTHER_MONEY, {"decision_monetary_other": "x" * 501}
    ),
    ("account_type", "one_of"): changed({"account_type": "PRIVATE"}),
    ("decision_ground", "required"): changed(
        {
            "decision_ground": None,
            "incompatible_content_ground": None,
            "incompatible_content_explanation": None,
        }
    ),
    ("decision_ground", "one_of"): changed(
        {
            "decision_ground": "RUDE",
            "incompatible_content_ground": None,
            "incompatible_content_explanation": None,
        }
    ),
    ("decision_ground_reference_url", "address"): changed(
        {"decision_ground_reference_url": "https://example.org/" + "x" * 481}
    ),
    ("incompatible_content_ground", "needed"): changed({"incompatible_content_ground": None}),
    ("incompatible_content_ground", "dropped"): changed(
        ILLEGAL, {"incompatible_content_ground": "Harassment"}
    ),
    ("incompatible_content_ground", "length"): changed({"incompatible_content_ground": "x" * 501}),
    ("incompatible_content_explanation", "needed"): changed(
        {"incompatible_content_explanation": None}
    ),
    ("incompatible_content_explanation", "dropped"): changed(
        ILLEGAL, {"incompatible_content_explanation": "It insults."}
    ),
    ("incompatible_content_explanation", "length"): changed(
        {"incompatible_content_explanation": "x" * 2_001}
    ),
    ("incompatible_content_illegal", "one_of"): changed({"incompatible_content_illegal": "maybe"}),
    ("incompatible_content_illegal", "dropped"): changed(
        ILLEGAL, {"incompatible_content_illegal": "No"}
    ),
    ("illegal_content_legal_ground", "needed"): changed(
        ILLEGAL, {"illegal_content_legal_ground": None}
    ),
    ("illegal_content_legal_ground", "dropped"): changed({"illegal_content_legal_ground": "a law"}),
    ("illegal_content_legal_ground", "length"): changed(
        ILLEGAL, {"illegal_content_legal_ground": "x" * 501}
    ),
    ("illegal_content_explanation", "needed"): changed(
        ILLEGAL, {"illegal_content_explanation": None}
    ),
    ("illegal_content_explanation", "dropped"): changed({"illegal_content_explanation": "so"}),
    ("illegal_content_explanation", "length"): changed(
        ILLEGAL, {"illegal_content_explanation": "x" * 2_001}
    ),
    ("category", "required"): changed({"category": None, "category_specification": None}),
    ("category", "one_of"): changed({"category": "INSULTS", "category_specification": None}),
    ("category_addition", "list_of"): changed({"category_addition": "STATEMENT_CATEGORY_VIOLENCE"}),
    ("category_specification", "list_of"): changed({"category_specification": ["INSULT"]}),
    ("category_specification", "fits"): changed(
        {"category_specification": [Keyword.DEFAMATION.value]}
    ),
    ("category_specification_other", "length"): changed(
        {"category_specification_other": "x" * 501}
    ),
    ("content_type", "required"): changed({"content_type": None}),
    ("content_type", "list_of"): changed({"content_type": "CONTENT_TYPE_TEXT"}),
    ("content_type_other", "needed"): changed(OTHER_TYPE, {"content_type_other": None}),
    ("content_type_other", "dropped"): changed({"content_type_other": "a poll"}),
    ("content_type_other", "length"): changed(OTHER_TYPE, {"content_type_other": "x" * 501}),
    ("content_date", "required"): changed({"content_date": None}),
    ("content_date", "date"): changed({"content_date": "1999-12-31"}),
    ("content_language", "one_of"): changed({"content_language": "en"}),
    ("content_id", "number"): changed({"content_id": {"EAN-13": "123"}}),
    ("territorial_scope", "required"): changed({"territorial_scope": None}),
    ("territorial_scope", "list_of"): changed({"territorial_scope": ["US"]}),
    ("application_date", "required"): changed({"application_date": None}),
    ("application_date", "date"): changed({"application_date": "2019-12-31"}),
    ("decision_facts", "required"): changed({"decision_facts": None}),
    ("decision_facts", "length"): changed({"decision_facts": "x" * 5_001}),
    ("source_type", "required"): changed({"source_type": None}),
    ("source_type", "one_of"): changed({"source_type": "SOURCE_READER"}),
    ("source_identity", "length"): changed(NOTICE, {"source_identity": "x" * 501}),
    ("source_identity", "dropped"): changed({"source_identity": "A group"}),
    ("automated_detection", "required"): changed({"automated_detection": None}),
    ("automated_detection", "one_of"): changed({"automated_detection": True}),
    ("automated_decision", "required"): changed({"automated_decision": None}),
    ("automated_decision", "one_of"): changed({"automated_decision": "Yes"}),
    **{(name, "date"): changed({name: "soon"}) for name in END_DATES},
    **{(name, "order"): changed({name: "2026-11-01"}) for name in END_DATES},
    ("decision_visibility_other", "personal_data"): changed(
        OTHER_VISIBILITY, {"decision_visibility_other": MAIL}
    ),
    ("decision_monetary_other", "personal_data"): changed(
        OTHER_MONEY, {"decision_monetary_other": MAIL}
    ),
    ("illegal_content_legal_ground", "personal_data"): changed(
        ILLEGAL, {"illegal_content_legal_ground": MAIL}
    ),
    ("illegal_content_explanation", "personal_data"): changed(
        ILLEGAL, {"illegal_content_explanation": MAIL}
    ),
    ("content_type_other", "personal_data"): changed(OTHER_TYPE, {"content_type_other": MAIL}),
    **{
        (name, "personal_data"): changed({name: MAIL})
        for name in (
            "incompatible_content_ground",
            "incompatible_content_explanation",
            "category_specification_other",
            "decision_facts",
        )
    },
    ("statement", "unknown_field"): changed({"content_language_other": "Klingon"}),
}


def test_there_is_a_broken_statement_for_each_rule() -> None:
    assert set(BREAKS) == {(rule.field, rule.name) for rule in RULES}
    assert len(RULES) == len(BREAKS)
    assert {field for field, name in BREAKS if name == "personal_data"} == set(FREE_TEXTS)


@pytest.mark.parametrize(("field", "rule"), sorted(BREAKS))
def test_a_statement_that_breaks_one_rule_breaks_no_other(field: str, rule: str) -> None:
    found = problems_of(BREAKS[field, rule])
    assert [(problem.field, problem.rule) for problem in found] == [(field, rule)]
    assert found[0].message


@pytest.mark.parametrize(
    "changes",
    [
        {},
        ILLEGAL,
        OTHER_VISIBILITY,
        OTHER_MONEY,
        OTHER_TYPE,
        NOTICE,
        {"puid": "x" * 500},
        {"decision_visibility": None, "decision_account": "DECISION_ACCOUNT_SUSPENDED"},
        {"decision_visibility": None, "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION"},
        {"decision_visibility": None, "decision_monetary": "DECISION_MONETARY_SUSPENSION"},
        {"account_type": "ACCOUNT_TYPE_PRIVATE", "incompatible_content_illegal": "No"},
        {"decision_ground_reference_url": "https://example.org/rules#threat"},
        {"category_addition": [Category.SPEECH.value], "category_specification": ["KEYWORD_OTHER"]},
        {
            "category_addition": [Category.SPEECH.value],
            "category_specification": ["KEYWORD_HATE_SPEECH", "KEYWORD_CYBER_STALKING"],
        },
        {"category": Category.OTHER.value, "category_specification": ["KEYWORD_OTHER"]},
        {"content_date": "2000-01-01", "application_date": "2020-01-01"},
        {"content_date": "2038-01-01", "content_language": None},
        {"content_id": {"EAN-13": "4006381333931"}},
        {"decision_facts": "x" * 5_000, "incompatible_content_explanation": "x" * 2_000},
        {"incompatible_content_ground": "x" * 500, "category_specification_other": "x" * 500},
        {"territorial_scope": ["DE"]},
        *({name: "2026-11-02"} for name in END_DATES),
        *({"automated_decision": each.value} for each in Automation),
        *({"source_type": each.value} for each in SourceType),
    ],
)
def test_a_statement_at_its_limits_is_right(changes: dict[str, object]) -> None:
    assert problems_of(changed(changes)) == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("puid", ["", "x" * 501, 7, "a\n", "é"]),
        ("decision_visibility", [[], "DECISION_VISIBILITY_CONTENT_REMOVED", [["x"]], {}]),
        ("content_date", ["2026-02-30", "2026-11-1", "20261101", "2038-01-02", 20261101, ""]),
        ("application_date", ["2026-11-02T00:00", "2026-13-01", None]),
        ("content_language", ["XX", "ENG", "", ["EN"]]),
        ("decision_facts", ["", "  \n", 3, ["x"]]),
        ("content_id", ["4006381333931", {"EAN-13": 4006381333931}, {}, {"EAN-13": "1" * 12}]),
        ("territorial_scope", [[], ["de"], "DE", ["DE", "CH"]]),
        (
            "decision_ground_reference_url",
            ["", "example.org", "ftp://example.org", "https://", "https://a b", "https://[", 1],
        ),
        ("automated_detection", ["yes", "", None]),
    ],
)
def test_other_values_are_refused_too(field: str, values: list[object]) -> None:
    for value in values:
        found = problems_of({**GOOD, field: value})
        assert {problem.field for problem in found} == {field}, value


SPREAD: list[tuple[Callable[[], list[dict[str, object]]], list[tuple[str, str]]]] = [
    (lambda: [changed({"puid": f"p{n}"}) for n in range(100)], []),
    (lambda: [changed({"puid": f"p{n}"}) for n in range(101)], [("statements", "batch")]),
    (lambda: [], [("statements", "batch")]),
    (lambda: [GOOD, GOOD], [("puid", "unique")]),
]


@pytest.mark.parametrize(("made", "wanted"), SPREAD)
def test_a_call_takes_a_hundred_statements_with_a_puid_each(
    made: Callable[[], list[dict[str, object]]], wanted: list[tuple[str, str]]
) -> None:
    assert [(each.field, each.rule) for each in problems_of_batch(made())] == wanted
