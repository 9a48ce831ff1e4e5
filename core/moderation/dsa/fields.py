"""The fields of a statement in the EU's transparency database: names, values and limits.

They are those of its API, path /api/v1, in the schema in force since 2025-07-01 (repository
digital-services-act/transparency-database, api-documentation.md). Strings are the API's own.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

Fields = Mapping[str, object]
"""A statement as it is sent: text, and lists of text."""

MOST_PER_CALL = 100
SHORT_CHARS, LONG_CHARS, FACTS_CHARS = 500, 2_000, 5_000
CONTENT_DATES = (date(2000, 1, 1), date(2038, 1, 1))
EARLIEST_APPLICATION = date(2020, 1, 1)
YES, NO = "Yes", "No"


class VisibilityDecision(StrEnum):
    """What is done to the visibility of a content. REMOVED: it is gone for good. DISABLED: nobody
    is shown it for now."""

    REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
    DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
    DEMOTED = "DECISION_VISIBILITY_CONTENT_DEMOTED"
    AGE_RESTRICTED = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"
    INTERACTION_RESTRICTED = "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"
    LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"
    OTHER = "DECISION_VISIBILITY_OTHER"


ACCOUNT_DECISIONS = ("DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED")
PROVISION_DECISIONS = tuple(
    f"DECISION_PROVISION_{extent}_{end}"
    for extent in ("PARTIAL", "TOTAL")
    for end in ("SUSPENSION", "TERMINATION")
)
MONETARY_OTHER = "DECISION_MONETARY_OTHER"
MONETARY_DECISIONS = (
    "DECISION_MONETARY_SUSPENSION",
    "DECISION_MONETARY_TERMINATION",
    MONETARY_OTHER,
)
ACCOUNT_TYPES = ("ACCOUNT_TYPE_PRIVATE", "ACCOUNT_TYPE_BUSINESS")


class Ground(StrEnum):
    """What a content breaks: the site's terms or the law."""

    INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"


class Category(StrEnum):
    """What kind of violation it is. There is none for "none of these": OTHER, a violation of the
    terms, with Keyword.OTHER."""

    SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
    CYBER_VIOLENCE = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    CYBER_VIOLENCE_AGAINST_WOMEN = "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN"
    VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"
    SELF_HARM = "STATEMENT_CATEGORY_SELF_HARM"
    SCAMS = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
    MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    PRIVACY = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
    ELECTIONS = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
    SECURITY = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY"
    PROPERTY = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    CONSUMERS = "STATEMENT_CATEGORY_CONSUMER_INFORMATION"
    PRODUCTS = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS"
    ANIMALS = "STATEMENT_CATEGORY_ANIMAL_WELFARE"
    NOT_SPECIFIED = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


class Keyword(StrEnum):
    """A closer word for the violation, of those that can fit a comment."""

    DEFAMATION = "KEYWORD_DEFAMATION"
    DISCRIMINATION = "KEYWORD_DISCRIMINATION"
    HATE_SPEECH = "KEYWORD_HATE_SPEECH"
    INTIMIDATION = "KEYWORD_CYBER_BULLYING_INTIMIDATION"
    HARASSMENT = "KEYWORD_CYBER_HARASSMENT"
    INCITEMENT = "KEYWORD_CYBER_INCITEMENT"
    STALKING = "KEYWORD_CYBER_STALKING"
    INCITEMENT_TO_VIOLENCE = "KEYWORD_INCITEMENT_VIOLENCE_HATRED"
    COORDINATED_HARM = "KEYWORD_COORDINATED_HARM"
    PHISHING = "KEYWORD_PHISHING"
    IMPERSONATION = "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"
    OTHER = "KEYWORD_OTHER"


KEYWORDS_OF: Mapping[Category, tuple[Keyword, ...]] = {
    Category.SPEECH: (Keyword.DEFAMATION, Keyword.DISCRIMINATION, Keyword.HATE_SPEECH),
    Category.CYBER_VIOLENCE: (
        Keyword.INTIMIDATION,
        Keyword.HARASSMENT,
        Keyword.INCITEMENT,
        Keyword.STALKING,
    ),
    Category.VIOLENCE: (Keyword.INCITEMENT_TO_VIOLENCE, Keyword.COORDINATED_HARM),
    Category.SCAMS: (Keyword.PHISHING, Keyword.IMPERSONATION),
}
"""The keywords of a category; Keyword.OTHER fits every one."""

CONTENT_TEXT, CONTENT_OTHER = "CONTENT_TYPE_TEXT", "CONTENT_TYPE_OTHER"
CONTENT_TYPES = (
    CONTENT_TEXT,
    "CONTENT_TYPE_APP",
    "CONTENT_TYPE_AUDIO",
    "CONTENT_TYPE_IMAGE",
    "CONTENT_TYPE_PRODUCT",
    "CONTENT_TYPE_SYNTHETIC_MEDIA",
    "CONTENT_TYPE_VIDEO",
    CONTENT_OTHER,
)


class SourceType(StrEnum):
    """What led to the decision: the site's own model and people, a notice of illegal content, a
    trusted flagger, or another notice, such as a reader's report under the terms."""

    VOLUNTARY = "SOURCE_VOLUNTARY"
    ARTICLE_16 = "SOURCE_ARTICLE_16"
    TRUSTED_FLAGGER = "SOURCE_TRUSTED_FLAGGER"
    OTHER_NOTIFICATION = "SOURCE_TYPE_OTHER_NOTIFICATION"


class Automation(StrEnum):
    """How much of the decision, not of its detection, was automated. PARTIALLY: a program and a
    person."""

    FULLY = "AUTOMATED_DECISION_FULLY"
    PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
    NOT = "AUTOMATED_DECISION_NOT_AUTOMATED"


_COUNTRIES = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
EEA_COUNTRIES = tuple(_COUNTRIES.split())
"""All of the EU, Iceland, Liechtenstein and Norway: ISO 3166-1, two letters."""

_LANGUAGES = (
    "AA AB AE AF AK AM AN AR AS AV AY AZ BA BE BG BI BM BN BO BR BS CA CE CH CO CR CS CU CV CY "
    "DA DE DV DZ EE EL EN EO ES ET EU FA FF FI FJ FO FR FY GA GD GL GN GU GV HA HE HI HO HR HT "
    "HU HY HZ IA ID IE IG II IK IO IS IT IU JA JV KA KG KI KJ KK KL KM KN KO KR KS KU KV KW KY "
    "LA LB LG LI LN LO LT LU LV MG MH MI MK ML MN MR MS MT MY NA NB ND NE NG NL NN NO NR NV NY "
    "OC OJ OM OR OS PA PI PL PS PT QU RM RN RO RU RW SA SC SD SE SG SI SK SL SM SN SO SQ SR SS "
    "ST SU SV SW TA TE TG TH TI TK TL TN TO TR TS TT TW TY UG UK UR UZ VE VI VO WA WO XH YI YO "
    "ZA ZH ZU"
)
LANGUAGES = frozenset(_LANGUAGES.split())
"""ISO 639-1, in capitals."""

END_DATES = tuple(
    f"end_date_{what}_restriction" for what in ("visibility", "account", "service", "monetary")
)
FREE_TEXTS = (
    "decision_visibility_other",
    "decision_monetary_other",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "category_specification_other",
    "content_type_other",
    "decision_facts",
)
"""The fields that hold sentences, which must name nobody."""
