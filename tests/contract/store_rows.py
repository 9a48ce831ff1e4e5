"""Rows written directly to a store, without services, for the tests of the store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import Comment, Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.policies import Action
from core.moderation.reports import MutedReporter, Report, ReportKind
from core.moderation.scores import Label
from core.store.base import Store, Writer
from tests.policies import fixed_policy

START = datetime(2026, 11, 1, 12, 0, 0, 123_456, tzinfo=UTC)
POLICY = fixed_policy(START)
OPEN, ESCALATED, CLOSED = CaseStatus.OPEN, CaseStatus.ESCALATED, CaseStatus.CLOSED


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class Rows:
    """Writes rows with unique ids; a test passes only the values it is about."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._numbers = count(1)

    def audit(self, kind: AuditKind, subject: str) -> AuditEvent:
        number = next(self._numbers)
        return AuditEvent(f"e{number}", kind, "mina", subject, at(number), {"n": str(number)})

    def comment(
        self,
        name: str,
        *,
        author: str = "sam",
        parent: str | None = None,
        minutes: float = 0,
        text: str = "Hello.",
    ) -> Revision:
        comment = Comment(f"c-{name}", "site", name, author, at(minutes), parent)
        revision = Revision(
            f"{name}-1", comment.id, 1, f"<p>{text}", text, f"REF-{name}-1", at(minutes)
        )
        with self.store.write() as tx:
            tx.add_comment(comment, revision, self.audit(AuditKind.COMMENT_STORED, revision.id))
        return revision

    def edit(self, old: Revision, text: str = "Edited.") -> Revision:
        number = old.number + 1
        revision = replace(
            old,
            id=f"{old.comment_id}-{number}",
            number=number,
            original=text,
            text=text,
            reference=f"REF-{old.comment_id}-{number}",
        )
        with self.store.write() as tx:
            tx.add_revision(revision, self.audit(AuditKind.COMMENT_EDITED, revision.id))
        return revision

    def decide(
        self,
        tx: Writer,
        revision: Revision,
        action: Action,
        *,
        seen: int = 0,
        key: str | None = None,
        source: DecisionSource | None = None,
        language: str | None = None,
        minutes: float = 1,
        actor: str = "mina",
        scores: Mapping[Label, float] | None = None,
        case_status: CaseStatus | None = None,
    ) -> Decision | None:
        """The decision; None if the store refused it."""
        chain = tx.decision_chain(revision.id)
        decision = Decision(
            id=f"d{next(self._numbers)}",
            revision_id=revision.id,
            action=action,
            source=source or (DecisionSource.REVIEWER if chain else DecisionSource.RULE),
            actor=actor if chain else "system",
            policy_version=1,
            decided_at=at(minutes),
            rule_ids=("threat-hold", "insult-hold"),
            reason_code="threat" if action is Action.REMOVE else None,
            note="A note.",
            internal_note="For the staff." if chain else "",
            grace=timedelta(seconds=15) if chain else timedelta(0),
            model_version="m1",
            backend="fake",
            scores=scores or {Label.THREAT: 0.1 + 0.2},
            supersedes=chain[-1].id if chain else None,
            language=language,
        )
        audit = self.audit(AuditKind.DECISION_REVIEWED, revision.id)
        key = key or decision.id
        taken = tx.add_decision(
            decision,
            seen_version=seen,
            idempotency_key=key,
            audit=audit,
            case_status=case_status,
        )
        return decision if taken else None

    def failed(self, revision: Revision, action: Action = Action.HOLD) -> None:
        """Decided by the failure policy."""
        with self.store.write() as tx:
            assert self.decide(tx, revision, action, source=DecisionSource.FAILURE_POLICY)

    def held_for_language(
        self, revision: Revision, language: str, status: CaseStatus = OPEN
    ) -> None:
        """With its case."""
        source = DecisionSource.LANGUAGE
        with self.store.write() as tx:
            assert self.decide(tx, revision, Action.HOLD, source=source, language=language)
        self.case(revision, status=status, trigger=CaseTrigger.LANGUAGE)

    def held_unread(self, revision: Revision) -> None:
        """Because it was not read to its end, with its case."""
        with self.store.write() as tx:
            assert self.decide(tx, revision, Action.HOLD, source=DecisionSource.NOT_READ_WHOLE)
        self.case(revision, trigger=CaseTrigger.NOT_READ_WHOLE)

    def decided(
        self,
        revision: Revision,
        action: Action,
        *,
        seen: int = 0,
        minutes: float = 1,
        actor: str = "mina",
        case_status: CaseStatus | None = None,
    ) -> Decision:
        with self.store.write() as tx:
            decision = self.decide(
                tx,
                revision,
                action,
                seen=seen,
                minutes=minutes,
                actor=actor,
                case_status=case_status,
            )
        assert decision is not None
        return decision

    def case(
        self,
        revision: Revision,
        *,
        status: CaseStatus = OPEN,
        priority: float = 0.5,
        label: Label | None = Label.THREAT,
        minutes: float = 0,
        trigger: CaseTrigger | None = None,
    ) -> Case:
        trigger = trigger or (CaseTrigger.HOLD if label else CaseTrigger.NOT_SCORED)
        case = Case(
            f"case-{revision.id}", revision.id, status, trigger, priority, label, at(minutes)
        )
        with self.store.write() as tx:
            tx.open_case(case)
        return case

    def report(
        self,
        revision: Revision,
        reporter: str,
        *,
        kind: ReportKind = ReportKind.USER,
        minutes: float = 2,
    ) -> Report | None:
        """The report; None if the store refused it."""
        report = Report(
            f"{revision.id}-{reporter}", revision.id, "site", reporter, kind, "other",
            "Zoë said so.", at(minutes),
        )  # fmt: skip
        with self.store.write() as tx:
            is_new = tx.add_report(report, self.audit(AuditKind.COMMENT_REPORTED, revision.id))
        return report if is_new else None

    def mute(self, reporter: str, *, minutes: float = 3) -> MutedReporter:
        muted = MutedReporter("site", reporter, "lena", at(minutes), "Reports all.")
        with self.store.write() as tx:
            audit = self.audit(AuditKind.REPORTER_MUTED, f"site:{reporter}")
            assert tx.add_muted_reporter(muted, audit)
        return muted

    def appeal(
        self,
        decision: Decision,
        *,
        name: str = "a1",
        minutes: float = 5,
        due_minutes: float = 60,
    ) -> Appeal:
        appeal = Appeal(
            name,
            decision.id,
            decision.revision_id,
            "Please.",
            AppealStatus.PENDING,
            at(minutes),
            at(minutes + due_minutes),
        )
        with self.store.write() as tx:
            audit = self.audit(AuditKind.APPEAL_FILED, decision.revision_id)
            assert tx.add_appeal(appeal, audit)
        return appeal

    def hear(self, appeal: Appeal, status: AppealStatus, *, minutes: float = 10) -> Appeal:
        ended = replace(
            appeal, status=status, heard_by="lena", outcome_reason="Why.", heard_at=at(minutes)
        )
        with self.store.write() as tx:
            audit = self.audit(AuditKind.APPEAL_UPHELD, appeal.revision_id)
            assert tx.end_appeal(ended, audit)
        return ended
