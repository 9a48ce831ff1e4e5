"""The parts of `core.store.base.Reader` and `Writer` about reports and reporters."""

from collections.abc import Sequence
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.cases import Attention, Case
from core.moderation.reports import MutedReporter, Report
from core.store.views import ReportItem


class ReportReader(Protocol):
    """Reads as those of Reader."""

    def report(self, revision_id: str, reporter: str) -> Report | None: ...

    def is_reported(self, revision_id: str) -> bool:
        """Whether the text has any report, counted or not."""
        ...

    def reports(self, revision_id: str) -> Sequence[ReportItem]:
        """All reports on the text, oldest first."""
        ...

    def attention(self, revision_id: str) -> Attention:
        """The comment's direct replies and the reports on this text, without those of muted
        reporters."""
        ...

    def muted_reporter(self, source: str, reporter: str) -> MutedReporter | None: ...

    def muted_reporters(self, limit: int) -> Sequence[MutedReporter]:
        """The last muted first."""
        ...

    def open_cases_reported_by(self, source: str, reporter: str) -> Sequence[Case]:
        """Open and escalated cases on comments of which the reporter reported a text."""
        ...


class ReportWriter(Protocol):
    """Writes as those of Writer, each with its audit event."""

    def add_report(self, report: Report, audit: AuditEvent) -> bool:
        """False, with nothing written, if the reporter has reported this text already."""
        ...

    def add_muted_reporter(self, muted: MutedReporter, audit: AuditEvent) -> bool:
        """False, with nothing written, if the reporter is muted already."""
        ...

    def remove_muted_reporter(self, source: str, reporter: str, audit: AuditEvent) -> bool:
        """False, with nothing written, if the reporter is not muted."""
        ...
