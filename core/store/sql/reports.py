"""Reports and muted reporters: the reads and the writes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, delete, func, select

from core.moderation.audit import AuditEvent
from core.moderation.cases import Attention, Case, CaseStatus
from core.moderation.reports import MutedReporter, Report, ReportKind
from core.store.sql import rows
from core.store.sql.prepared import Prepared, prepared_insert
from core.store.sql.tables import cases, comments, muted_reporters, reports, revisions
from core.store.views import ReportItem

_IS_MUTED = and_(
    muted_reporters.c.source == reports.c.source,
    muted_reporters.c.reporter == reports.c.reporter,
)
# Prepared because every comment that is decided on without a person needs it.
_IS_REPORTED = Prepared(
    select(reports.c.id).where(reports.c.revision_id == bindparam("revision")).limit(1)
)
_ALL_REPORTS = reports.outerjoin(muted_reporters, _IS_MUTED)
_COUNTED = Prepared(
    select(reports.c.kind, func.count().label("total"))
    .select_from(_ALL_REPORTS)
    .where(
        reports.c.revision_id == bindparam("revision"),
        muted_reporters.c.reporter.is_(None),
    )
    .group_by(reports.c.kind)
)
_REPLY = comments.alias("reply")
_REPLIES = Prepared(
    select(func.count())
    .select_from(revisions)
    .join(comments, comments.c.id == revisions.c.comment_id)
    .join(
        _REPLY,
        and_(
            _REPLY.c.source == comments.c.source,
            _REPLY.c.parent_source_id == comments.c.source_id,
        ),
    )
    .where(revisions.c.id == bindparam("revision"))
)
_ADD_REPORT = prepared_insert(reports)
_ADD_MUTED = prepared_insert(muted_reporters)


class SqlReports:
    """The part of `core.store.base.Reader` about reports."""

    _connection: Connection

    def report(self, revision_id: str, reporter: str) -> Report | None:
        row = self._report_row(
            select(reports).where(
                reports.c.revision_id == revision_id, reports.c.reporter == reporter
            )
        )
        return rows.report_from_row(row) if row else None

    def is_reported(self, revision_id: str) -> bool:
        found = _IS_REPORTED.run(self._connection, {"revision": revision_id})
        return found.first() is not None

    def reports(self, revision_id: str) -> Sequence[ReportItem]:
        query = (
            select(reports, muted_reporters.c.reporter.label("muted"))
            .select_from(_ALL_REPORTS)
            .where(reports.c.revision_id == revision_id)
            .order_by(reports.c.reported_at, reports.c.id)
        )
        found = self._connection.execute(query).mappings()
        return [ReportItem(rows.report_from_row(row), row["muted"] is not None) for row in found]

    def attention(self, revision_id: str) -> Attention:
        counted = _COUNTED.run(self._connection, {"revision": revision_id}).mappings()
        by_kind: dict[str, int] = {row["kind"]: row["total"] for row in counted}
        replies = _REPLIES.run(self._connection, {"revision": revision_id}).scalar_one()
        return Attention(
            replies=replies,
            user_reports=by_kind.get(ReportKind.USER.value, 0),
            trusted_reports=by_kind.get(ReportKind.TRUSTED_FLAGGER.value, 0),
        )

    def muted_reporter(self, source: str, reporter: str) -> MutedReporter | None:
        row = self._report_row(
            select(muted_reporters).where(
                muted_reporters.c.source == source, muted_reporters.c.reporter == reporter
            )
        )
        return rows.muted_from_row(row) if row else None

    def muted_reporters(self, limit: int) -> Sequence[MutedReporter]:
        query = select(muted_reporters).order_by(
            muted_reporters.c.muted_at.desc(),
            muted_reporters.c.source,
            muted_reporters.c.reporter,
        )
        found = self._connection.execute(query.limit(limit)).mappings()
        return [rows.muted_from_row(row) for row in found]

    def open_cases_reported_by(self, source: str, reporter: str) -> Sequence[Case]:
        reported = (
            select(revisions.c.comment_id)
            .join(reports, reports.c.revision_id == revisions.c.id)
            .where(reports.c.source == source, reports.c.reporter == reporter)
        )
        query = (
            select(cases)
            .join(revisions, revisions.c.id == cases.c.revision_id)
            .where(
                revisions.c.comment_id.in_(reported),
                cases.c.status.in_([CaseStatus.OPEN.value, CaseStatus.ESCALATED.value]),
            )
        )
        found = self._connection.execute(query).mappings()
        return [rows.case_from_row(row) for row in found]

    def _report_row(self, query: Select[Any]) -> RowMapping | None:
        return self._connection.execute(query).mappings().first()


class SqlReportWrites(SqlReports):
    """The part of `core.store.base.Writer` about reports."""

    def add_report(self, report: Report, audit: AuditEvent) -> bool:
        if self.report(report.revision_id, report.reporter) is not None:
            return False
        _ADD_REPORT.run(self._connection, rows.report_to_row(report))
        self.add_audit(audit)
        return True

    def add_muted_reporter(self, muted: MutedReporter, audit: AuditEvent) -> bool:
        if self.muted_reporter(muted.source, muted.reporter) is not None:
            return False
        _ADD_MUTED.run(self._connection, rows.muted_to_row(muted))
        self.add_audit(audit)
        return True

    def remove_muted_reporter(self, source: str, reporter: str, audit: AuditEvent) -> bool:
        removed = self._connection.execute(
            delete(muted_reporters).where(
                muted_reporters.c.source == source, muted_reporters.c.reporter == reporter
            )
        )
        if removed.rowcount == 0:
            return False
        self.add_audit(audit)
        return True

    def add_audit(self, audit: AuditEvent) -> None:
        """Supplied by the writer."""
        raise NotImplementedError
