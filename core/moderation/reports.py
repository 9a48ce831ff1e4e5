"""Reports: a reader or a trusted flagger objects to a comment. What a report leads to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import InvalidInput
from core.moderation.appeals import Appeal
from core.moderation.cases import Case, CaseStatus
from core.moderation.cleaning import is_storable
from core.moderation.comments import check_name
from core.moderation.decisions import Decision
from core.moderation.invisible import is_blank
from core.moderation.policies import Action, Policy

MAX_WORDS_CHARS = 2_000
MAX_BECAUSE_CHARS = 500
OTHER_REASON = "other"
"""The reason of a report that no clause of the policy fits."""


class ReportKind(StrEnum):
    """Who reports, as the site says; the strings are stored."""

    USER = "user"
    TRUSTED_FLAGGER = "trusted_flagger"


class ReportOutcome(StrEnum):
    """What a report led to when it came in. `recorded`: it is stored, and nothing else."""

    OPENED = "opened"
    JOINED = "joined"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """A report as the site sends it. It names the comment by `source` and `source_id`, or one of
    its texts by `reference`. `reporter` is the site's id of who reports, on that source."""

    reporter: str
    reason_code: str
    kind: ReportKind = ReportKind.USER
    words: str = ""
    source: str = ""
    source_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One stored report on one text. A reporter has one report on a text."""

    id: str
    revision_id: str
    source: str
    reporter: str
    kind: ReportKind
    reason_code: str
    words: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class MutedReporter:
    """A reporter whose reports count for nothing, `because` in a lead's words."""

    source: str
    reporter: str
    muted_by: str
    muted_at: datetime
    because: str


def outcome_of_report(
    case: Case | None, chain: Sequence[Decision], appeal: Appeal | None, *, is_muted: bool
) -> ReportOutcome:
    """What a new report leads to. `chain` are the decisions on the text, oldest first, `appeal` the
    latest appeal against one.

    A text without a decision gets its case when it is decided on. A removed one needs none, and the
    outcome of an appeal stands.
    """
    if is_muted or not chain:
        return ReportOutcome.RECORDED
    if case is not None and case.status is not CaseStatus.CLOSED:
        return ReportOutcome.JOINED
    if chain[-1].action is not Action.APPROVE or appeal is not None:
        return ReportOutcome.RECORDED
    return ReportOutcome.OPENED


def check_report(report: IncomingReport, policy: Policy) -> IncomingReport:
    """The report with its words trimmed. Raises InvalidInput, which begins with the field in
    backquotes."""
    check_name("reporter", report.reporter)
    codes = [*(reason.code for reason in policy.reasons), OTHER_REASON]
    if report.reason_code not in codes:
        raise InvalidInput(f"`reason` must be one of {', '.join(dict.fromkeys(codes))}")
    words = _trimmed("words", report.words, MAX_WORDS_CHARS)
    return replace(report, words=words)


def check_because(because: str) -> str:
    """The trimmed reason for muting a reporter, or for ending that. Raises InvalidInput."""
    trimmed = _trimmed("because", because, MAX_BECAUSE_CHARS)
    if not trimmed:
        raise InvalidInput("`because` is empty: say in a few words why")
    return trimmed


def _trimmed(field: str, words: str, most: int) -> str:
    """Empty if nobody would see anything of it."""
    if not is_storable(words):
        raise InvalidInput(f"`{field}` holds a NUL character or a lone surrogate")
    if len(words) > most:
        raise InvalidInput(f"`{field}` has more than {most:,} characters")
    return "" if is_blank(words) else words.strip()
