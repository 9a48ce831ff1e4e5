"""The rules of the state machine test about reports and muted reporters."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.errors import Conflict, PermissionDenied
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor, Role
from core.moderation.reports import IncomingReport, ReportKind, ReportOutcome
from core.services.report import mute_reporter, report_comment, unmute_reporter
from core.services.submit import API
from tests.property.case_account import PEOPLE
from tests.property.case_invariants import CaseInvariants

reporters = st.sampled_from(["una", "uwe", "flo"])
people = st.sampled_from(list(PEOPLE.values()))


class ReportRules(CaseInvariants):
    """Reports at any time on any text, by reporters who are muted now and then."""

    @rule(data=st.data(), who=reporters, is_by_reference=st.booleans())
    def report(self, data: st.DataObject, who: str, is_by_reference: bool) -> None:
        revision = self.pick(data, lambda r: r.is_there() and r.case is not CaseStatus.OPEN)
        kind = ReportKind.TRUSTED_FLAGGER if who == "flo" else ReportKind.USER
        sent = IncomingReport(who, "harassment", kind, "It is about me.")
        if is_by_reference:
            sent = replace(sent, reference=revision.reference)
        else:
            revision = self.comments[revision.name][-1]
            sent = replace(sent, source="site", source_id=revision.name)
        if not revision.is_there():
            with pytest.raises(Conflict):
                report_comment(self.context, API, sent)
            return
        done = report_comment(self.context, API, sent)
        assert done.is_new is (who not in revision.reported)
        expected = self.outcome_of(revision, who) if done.is_new else ReportOutcome.RECORDED
        assert done.outcome is expected
        if done.is_new:
            revision.reported[who] = self.now
            revision.kinds.append(AuditKind.COMMENT_REPORTED)
        if expected is ReportOutcome.OPENED:
            revision.case = CaseStatus.OPEN

    @rule(who=people, reporter=reporters)
    def mute_or_unmute(self, who: Actor, reporter: str) -> None:
        turn = unmute_reporter if reporter in self.muted else mute_reporter
        if who.role is not Role.LEAD:
            with pytest.raises(PermissionDenied):
                turn(self.context, who, "site", reporter, "Reports whatever it reads.")
            return
        turn(self.context, who, "site", reporter, "Reports whatever it reads.")
        self.muted ^= {reporter}
