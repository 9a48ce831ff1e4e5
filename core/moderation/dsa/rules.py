"""The rules that a statement has to keep to be taken by the EU's transparency database: one for
each row and condition of its documentation. Pure."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from core.moderation.dsa.field_rules import (
    FieldProblem,
    FieldRule,
    date_within,
    day_of,
    dropped,
    has,
    kept,
    length,
    list_of,
    one_of,
    only_with,
    required,
)
from core.moderation.dsa.fields import (
    ACCOUNT_DECISIONS,
    ACCOUNT_TYPES,
    CONTENT_DATES,
    CONTENT_OTHER,
    CONTENT_TYPES,
    EARLIEST_APPLICATION,
    EEA_COUNTRIES,
    END_DATES,
    FACTS_CHARS,
    FREE_TEXTS,
    KEYWORDS_OF,
    LANGUAGES,
    LONG_CHARS,
    MONETARY_DECISIONS,
    MONETARY_OTHER,
    MOST_PER_CALL,
    NO,
    PROVISION_DECISIONS,
    SHORT_CHARS,
    YES,
    Automation,
    Category,
    Fields,
    Ground,
    Keyword,
    SourceType,
    VisibilityDecision,
)
from core.moderation.personal_data import personal_data_in

DECISIONS = ("decision_visibility", "decision_account", "decision_provision", "decision_monetary")
_PUID = re.compile("[A-Za-z0-9_-]{1,500}")
_EAN = re.compile("[0-9]{13}")


def problems_of(fields: Fields) -> list[FieldProblem]:
    """The rules that the statement breaks, in the order of RULES; empty if it can be sent."""
    return [
        FieldProblem(rule.field, rule.name, rule.message)
        for rule in RULES
        if not rule.holds(fields)
    ]


def problems_of_batch(statements: Sequence[Fields]) -> list[FieldProblem]:
    """What is wrong with the statements as one call, whatever each of them holds."""
    found = []
    if not 0 < len(statements) <= MOST_PER_CALL:
        message = f"a call takes 1 to {MOST_PER_CALL} statements"
        found.append(FieldProblem("statements", "batch", message))
    puids = [each.get("puid") for each in statements]
    if any(puids.count(puid) > 1 for puid in puids):
        found.append(FieldProblem("puid", "unique", "a puid is used once and never again"))
    return found


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > SHORT_CHARS or re.search(r"\s", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _keywords_fit(fields: Fields) -> bool:
    """Whether each keyword is one of the category's or of an additional category's."""
    more, words = fields.get("category_addition"), fields.get("category_specification")
    named = [fields.get("category"), *(more if isinstance(more, list) else [])]
    fitting = {Keyword.OTHER}
    for category in KEYWORDS_OF:
        if category in named:
            fitting.update(KEYWORDS_OF[category])
    return all(
        word in fitting
        for word in (words if isinstance(words, list) else [])
        if word in list(Keyword)
    )


def _is_product_number(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"EAN-13"}:
        return False
    number = value["EAN-13"]
    return isinstance(number, str) and bool(_EAN.fullmatch(number))


def _ends_after(field: str) -> FieldRule:
    def holds(fields: Fields) -> bool:
        first, last = day_of(fields.get("application_date")), day_of(fields.get(field))
        return first is None or last is None or first <= last

    return FieldRule(field, "order", "is before `application_date`", holds)


def _names_nobody(field: str) -> FieldRule:
    def is_right(value: object) -> bool:
        return not isinstance(value, str) or personal_data_in(value) is None

    return kept(field, "personal_data", "holds personal data", is_right)


_IS_INCOMPATIBLE = has("decision_ground", Ground.INCOMPATIBLE)
_IS_ILLEGAL = has("decision_ground", Ground.ILLEGAL)


def _rules() -> Iterator[FieldRule]:
    yield required("puid")
    yield kept(
        "puid",
        "pattern",
        "is not 1 to 500 of the characters A-Z a-z 0-9 - _",
        lambda value: isinstance(value, str) and bool(_PUID.fullmatch(value)),
    )
    yield from _decision_rules()
    yield from _ground_rules()
    yield from _content_rules()
    yield required("application_date")
    yield date_within("application_date", EARLIEST_APPLICATION)
    for field in END_DATES:
        yield date_within(field, EARLIEST_APPLICATION)
        yield _ends_after(field)
    yield required("decision_facts")
    yield length("decision_facts", FACTS_CHARS)
    yield required("source_type")
    yield one_of("source_type", list(SourceType))
    yield length("source_identity", SHORT_CHARS)
    yield dropped(
        "source_identity",
        f"is not for {SourceType.VOLUNTARY}",
        has("source_type", SourceType.VOLUNTARY),
    )
    yield required("automated_detection")
    yield one_of("automated_detection", (YES, NO))
    yield required("automated_decision")
    yield one_of("automated_decision", list(Automation))
    yield from map(_names_nobody, FREE_TEXTS)


def _decision_rules() -> Iterator[FieldRule]:
    yield FieldRule(
        "decision_visibility",
        "one_decision",
        f"is missing, and so are {', '.join(DECISIONS[1:])}: one of the four is needed",
        lambda fields: any(field in fields for field in DECISIONS),
    )
    yield list_of("decision_visibility", list(VisibilityDecision))
    is_other = has("decision_visibility", VisibilityDecision.OTHER)
    yield from only_with("decision_visibility_other", VisibilityDecision.OTHER, is_other)
    yield length("decision_visibility_other", SHORT_CHARS)
    yield one_of("decision_account", ACCOUNT_DECISIONS)
    yield one_of("decision_provision", PROVISION_DECISIONS)
    yield one_of("decision_monetary", MONETARY_DECISIONS)
    is_other = has("decision_monetary", MONETARY_OTHER)
    yield from only_with("decision_monetary_other", MONETARY_OTHER, is_other)
    yield length("decision_monetary_other", SHORT_CHARS)
    yield one_of("account_type", ACCOUNT_TYPES)


def _ground_rules() -> Iterator[FieldRule]:
    yield required("decision_ground")
    yield one_of("decision_ground", list(Ground))
    yield kept(
        "decision_ground_reference_url", "address", "is not an address of at most 500", _is_address
    )
    for field, most in (
        ("incompatible_content_ground", SHORT_CHARS),
        ("incompatible_content_explanation", LONG_CHARS),
    ):
        yield from only_with(field, Ground.INCOMPATIBLE, _IS_INCOMPATIBLE)
        yield length(field, most)
    yield one_of("incompatible_content_illegal", (YES, NO))
    yield dropped(
        "incompatible_content_illegal",
        f"is only for {Ground.INCOMPATIBLE}",
        lambda fields: not _IS_INCOMPATIBLE(fields),
    )
    for field, most in (
        ("illegal_content_legal_ground", SHORT_CHARS),
        ("illegal_content_explanation", LONG_CHARS),
    ):
        yield from only_with(field, Ground.ILLEGAL, _IS_ILLEGAL)
        yield length(field, most)


def _content_rules() -> Iterator[FieldRule]:
    yield required("category")
    yield one_of("category", list(Category))
    yield list_of("category_addition", list(Category))
    yield list_of("category_specification", list(Keyword))
    yield FieldRule(
        "category_specification", "fits", "has a keyword of another category", _keywords_fit
    )
    yield length("category_specification_other", SHORT_CHARS)
    yield required("content_type")
    yield list_of("content_type", CONTENT_TYPES)
    is_other = has("content_type", CONTENT_OTHER)
    yield from only_with("content_type_other", CONTENT_OTHER, is_other)
    yield length("content_type_other", SHORT_CHARS)
    yield required("content_date")
    yield date_within("content_date", *CONTENT_DATES)
    yield one_of("content_language", LANGUAGES)
    yield kept("content_id", "number", "is not an EAN-13 number", _is_product_number)
    yield required("territorial_scope")
    yield list_of("territorial_scope", EEA_COUNTRIES)


_KNOWN = tuple(_rules())
_NAMES = frozenset(rule.field for rule in _KNOWN)
RULES: tuple[FieldRule, ...] = (
    *_KNOWN,
    FieldRule(
        "statement",
        "unknown_field",
        "has a field that the database does not know",
        lambda fields: set(fields) <= _NAMES,
    ),
)
