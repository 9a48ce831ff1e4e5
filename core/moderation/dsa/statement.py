"""A restriction as a statement of reasons in the fields of the EU's transparency database. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from core.moderation.decisions import Decision
from core.moderation.dsa.categories import violation_of
from core.moderation.dsa.fields import (
    CONTENT_TEXT,
    EEA_COUNTRIES,
    FACTS_CHARS,
    LANGUAGES,
    LONG_CHARS,
    NO,
    SHORT_CHARS,
    YES,
    Fields,
    Ground,
    Keyword,
    VisibilityDecision,
)
from core.moderation.dsa.origin import HeededReport, origin_of
from core.moderation.dsa.restrictions import Restriction, RestrictionKind
from core.moderation.dsa.wording import cut, explanation_of, facts_of, ground_of
from core.moderation.personal_data import mask_personal
from core.moderation.policies import Policy

REASON_PLACE = "{reason}"
"""In the address of the site's rules: where the code of the reason goes."""
_VISIBILITY = {
    RestrictionKind.REMOVAL: VisibilityDecision.REMOVED,
    RestrictionKind.HOLD: VisibilityDecision.DISABLED,
}


@dataclass(frozen=True, slots=True)
class RestrictedText:
    """What a statement needs to know of a text beside its restriction. `chain` are all
    decisions on it, oldest first; `reports` those that opened a case or joined one; `names`
    those of people who must not be named. `rules_url` is the address of the site's rules, with
    `{reason}` for the code of a reason; empty if there is none."""

    chain: Sequence[Decision]
    policies: Mapping[int, Policy]
    posted_at: datetime
    reports: Sequence[HeededReport] = ()
    names: Collection[str] = ()
    rules_url: str = ""


def build_fields(restriction: Restriction, text: RestrictedText) -> Fields:
    """The statement as it is sent. It may still break a rule (core/moderation/dsa/rules.py), for
    example if the comment is older than the database allows."""
    decision = restriction.decision
    earlier = text.chain[: text.chain.index(decision)]
    origin = origin_of(decision, earlier, text.reports)
    automated = next((past for past in [decision, *reversed(earlier)] if past.is_automated), None)
    reason = text.policies[decision.policy_version].reason(decision.reason_code or "")
    category, keyword = violation_of(reason.code)
    note = mask_personal(decision.note, text.names)
    fields: dict[str, object] = {
        "puid": decision.id,
        "decision_visibility": [_VISIBILITY[restriction.kind].value],
        "decision_ground": Ground.INCOMPATIBLE.value,
        "incompatible_content_ground": cut(mask_personal(ground_of(reason)), SHORT_CHARS),
        "incompatible_content_explanation": cut(explanation_of(restriction, note), LONG_CHARS),
        "category": category.value,
        "category_specification": [keyword.value],
        "content_type": [CONTENT_TEXT],
        "content_date": _day(text.posted_at),
        "territorial_scope": list(EEA_COUNTRIES),
        "application_date": _day(restriction.began_at),
        "decision_facts": cut(facts_of(restriction, origin, automated, text.policies), FACTS_CHARS),
        "source_type": origin.source_type.value,
        "automated_detection": YES if origin.is_found_automatically else NO,
        "automated_decision": origin.automation.value,
    }
    if keyword is Keyword.OTHER:
        fields["category_specification_other"] = cut(mask_personal(reason.title), SHORT_CHARS)
    if text.rules_url:
        code = quote(reason.code, safe="")
        fields["decision_ground_reference_url"] = text.rules_url.replace(REASON_PLACE, code)
    if (language := _language(automated)) in LANGUAGES:
        fields["content_language"] = language
    return fields


def _language(automated: Decision | None) -> str:
    """The detector's answer in capitals, empty if it was not sure."""
    return (automated.language or "").upper() if automated is not None else ""


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
