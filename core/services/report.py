"""Reports on comments, and reporters who are muted. One transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import NotFound, RuleBroken
from core.identifiers import new_id
from core.moderation.audit import AuditKind
from core.moderation.cases import NO_ATTENTION, Attention
from core.moderation.comments import Comment, Revision, check_name
from core.moderation.openings import reported_case
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.reports import (
    IncomingReport,
    MutedReporter,
    Report,
    ReportOutcome,
    check_because,
    check_report,
    outcome_of_report,
)
from core.services.attention import attention_to, reports_to_answer
from core.services.case_work import check_latest
from core.services.context import Context
from core.services.lookup import find_revision
from core.store.base import Reader, Writer
from core.store.views import ReportItem

MUTED_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Reported:
    """A stored report on the comment with that id at its source, and what it led to. `is_new` is
    False if the reporter had reported this text before: then `report` is the earlier one, and
    nothing has changed."""

    report: Report
    source_id: str
    outcome: ReportOutcome
    is_new: bool


def report_comment(context: Context, actor: Actor, incoming: IncomingReport) -> Reported:
    """Store a report, and open the comment's case or join the open one. The comment stays visible.

    A report by a muted reporter or on a removed comment is only recorded. Raises PermissionDenied,
    InvalidInput, NotFound for an unknown comment, and Conflict if the text was edited or withdrawn.
    """
    check_can(actor, Permission.REPORT)
    with context.store.write() as tx:
        checked = check_report(incoming, tx.policy_in_force())
        revision, comment = _reported_text(tx, checked)
        check_latest(tx, revision.id)
        known = tx.report(revision.id, checked.reporter)
        if known is not None:
            return Reported(known, comment.source_id, ReportOutcome.RECORDED, is_new=False)
        report = Report(
            id=new_id(),
            revision_id=revision.id,
            source=comment.source,
            reporter=checked.reporter,
            kind=checked.kind,
            reason_code=checked.reason_code,
            words=checked.words,
            reported_at=context.clock.now(),
        )
        outcome = outcome_of_report(
            tx.case_of(revision.id),
            tx.decision_chain(revision.id),
            tx.appeal_of(revision.id),
            is_muted=tx.muted_reporter(comment.source, report.reporter) is not None,
        )
        audit = context.audit(
            AuditKind.COMMENT_REPORTED, actor, revision.id, report=report.id, outcome=outcome
        )
        tx.add_report(report, audit)
        _take_into_case(tx, report, outcome)
        return Reported(report, comment.source_id, outcome, is_new=True)


def list_reports(context: Context, actor: Actor, revision_id: str) -> Sequence[ReportItem]:
    """All reports on a text, oldest first, each with whether its reporter is muted now; with those
    on earlier texts of the comment that nobody has answered."""
    check_can(actor, Permission.SEE_REPORTS)
    with context.store.read() as reader:
        revision = reader.revision(revision_id)
        return reports_to_answer(reader, revision) if revision is not None else ()


def list_muted_reporters(context: Context, actor: Actor) -> Sequence[MutedReporter]:
    """The reporters that are muted now, the last muted first; at most MUTED_LIMIT."""
    check_can(actor, Permission.SEE_REPORTS)
    with context.store.read() as reader:
        return reader.muted_reporters(MUTED_LIMIT)


def mute_reporter(
    context: Context, actor: Actor, source: str, reporter: str, because: str
) -> MutedReporter:
    """From now on the reporter's reports are stored but open no case and don't count, those in open
    cases included; these cases stay open. Raises PermissionDenied, InvalidInput, and RuleBroken if
    the reporter is muted already."""
    check_can(actor, Permission.MUTE_REPORTERS)
    trimmed = check_because(because)
    check_name("source", source)
    check_name("reporter", reporter)
    with context.store.write() as tx:
        muted = MutedReporter(source, reporter, actor.id, context.clock.now(), trimmed)
        subject = f"{source}:{reporter}"
        audit = context.audit(AuditKind.REPORTER_MUTED, actor, subject, because=trimmed)
        if not tx.add_muted_reporter(muted, audit):
            raise RuleBroken("This reporter is muted already.")
        _count_again(tx, source, reporter)
        return muted


def unmute_reporter(
    context: Context, actor: Actor, source: str, reporter: str, because: str
) -> None:
    """The reporter's reports count again, those in open cases included. Raises PermissionDenied,
    InvalidInput, and RuleBroken if the reporter is not muted."""
    check_can(actor, Permission.MUTE_REPORTERS)
    trimmed = check_because(because)
    with context.store.write() as tx:
        subject = f"{source}:{reporter}"
        audit = context.audit(AuditKind.REPORTER_UNMUTED, actor, subject, because=trimmed)
        if not tx.remove_muted_reporter(source, reporter, audit):
            raise RuleBroken("This reporter is not muted.")
        _count_again(tx, source, reporter)


def _reported_text(tx: Reader, report: IncomingReport) -> tuple[Revision, Comment]:
    """The text that is reported, and its comment. Raises NotFound."""
    if report.reference:
        revision = find_revision(tx, report.reference)
        comment = tx.comment(revision.comment_id)
        if comment is not None:
            return revision, comment
    known = tx.comment_by_source(report.source, report.source_id)
    latest = tx.latest_revision(known.id) if known else None
    if known is None or latest is None:
        raise NotFound(f"There is no comment {report.source_id!r} of {report.source!r}.")
    return latest, known


def _take_into_case(tx: Writer, report: Report, outcome: ReportOutcome) -> None:
    if outcome is ReportOutcome.RECORDED:
        return
    before, attention = tx.case_of(report.revision_id), _attention(tx, report.revision_id)
    if outcome is ReportOutcome.JOINED and before is not None:
        tx.change_case(replace(before, attention=attention))
        return
    case = reported_case(
        before,
        tx.decision_chain(report.revision_id),
        attention,
        opened_at=report.reported_at,
        new_id=new_id(),
    )
    if before is None:
        tx.open_case(case)
    else:
        tx.change_case(case)


def _count_again(tx: Writer, source: str, reporter: str) -> None:
    for case in tx.open_cases_reported_by(source, reporter):
        tx.change_case(replace(case, attention=_attention(tx, case.revision_id)))


def _attention(tx: Reader, revision_id: str) -> Attention:
    revision = tx.revision(revision_id)
    return attention_to(tx, revision) if revision is not None else NO_ATTENTION
