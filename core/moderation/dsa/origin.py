"""What led to a restriction, and how much of it was automated: derived from the decisions and the
reports as they are stored, so that nobody can type it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.moderation.decisions import Decision
from core.moderation.dsa.fields import Automation, SourceType
from core.moderation.effect import standing_and_held
from core.moderation.notices import is_found_automatically
from core.moderation.policies import Action
from core.moderation.reports import ReportKind


@dataclass(frozen=True, slots=True)
class HeededReport:
    """A report that opened a case or joined one."""

    kind: ReportKind
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """`heeded` are the reports that the person had before them who decided; empty if scores
    or a text rule brought the text to their attention."""

    is_found_automatically: bool
    is_decided_automatically: bool
    heeded: Sequence[HeededReport]

    @property
    def automation(self) -> Automation:
        """How much of the decision was automated."""
        if self.is_decided_automatically:
            return Automation.FULLY
        return Automation.PARTIALLY if self.is_found_automatically else Automation.NOT

    @property
    def source_type(self) -> SourceType:
        """What led to the decision. Reports name a clause of the site's terms, not of the law."""
        if any(report.kind is ReportKind.TRUSTED_FLAGGER for report in self.heeded):
            return SourceType.TRUSTED_FLAGGER
        return SourceType.OTHER_NOTIFICATION if self.heeded else SourceType.VOLUNTARY


def origin_of(
    decision: Decision, earlier: Sequence[Decision], reports: Sequence[HeededReport]
) -> Origin:
    """The origin of a decision that restricts a text. `earlier` are all decisions before
    it, oldest first; `reports` are on the same text."""
    chain = [*earlier, decision]
    automated = next((past for past in reversed(chain) if past.is_automated), None)
    settled = _approved_at(chain)
    is_found = is_found_automatically(decision, automated) and settled is None
    if is_found or decision.is_automated:
        return Origin(is_found, decision.is_automated, ())
    heeded = [
        report
        for report in reports
        if report.reported_at <= decision.decided_at
        and (settled is None or settled < report.reported_at)
    ]
    return Origin(is_found, False, heeded)


def _approved_at(chain: Sequence[Decision]) -> datetime | None:
    """When a person approved the text last: what came before that no longer leads to anything."""
    approvals = [
        past.decided_at
        for past in standing_and_held(chain, chain[-1].effective_at)[:-1]
        if past.action is Action.APPROVE and not past.is_automated
    ]
    return approvals[-1] if approvals else None
