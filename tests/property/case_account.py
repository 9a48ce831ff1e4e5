"""A model of the expected state of each comment, for the state machine test."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from core.clock import Clock
from core.errors import Conflict, ConsoleError, NotFound, PermissionDenied, RuleBroken
from core.inference.fake import POISON
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment
from core.moderation.decisions import Decision
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.reports import ReportOutcome
from core.services.ingest import ingest
from core.services.policy_history import PolicyHistory
from core.services.review import Review
from tests.factories import CLEAN, HELD, LEAD, MODERATOR, OTHER_LEAD, REMOVED, make_services
from tests.factories_text_rules import text_rule
from tests.policies import store_text_rules
from tests.property.expected import Expected, Step
from tests.property.history_rows import KeptInMemory

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OTHER_MODERATOR = Actor("otto", Role.MODERATOR)
OUTCOMES = {
    CLEAN: Action.APPROVE,
    HELD: Action.HOLD,
    "idiot twice": Action.HOLD,
    REMOVED: Action.REMOVE,
    f"{POISON} is held unscored": Action.HOLD,
    "idiot, the casino": Action.REMOVE,
    "the casino opens": Action.REMOVE,
}
CASINO = text_rule("casino", action=Action.REMOVE)
WAITING_STATUS = {Action.HOLD: CaseStatus.OPEN, Action.ESCALATE: CaseStatus.ESCALATED}
PEOPLE = {person.id: person for person in (MODERATOR, OTHER_MODERATOR, LEAD, OTHER_LEAD)}


DAY = timedelta(days=1)
GRACE = timedelta(seconds=15)


class CaseAccount(RuleBasedStateMachine):
    """Tracks what the services must have done, and predicts what they must refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.services = make_services(Path(self.folder.name))
        self.now = NOW
        clock = Clock(now=lambda: self.now, monotonic=self.services.clock.monotonic)
        self.context = replace(self.services.context, clock=clock, grace=GRACE)
        self.policy_version = store_text_rules(self.context, CASINO).version
        self.past = PolicyHistory(self.context.store, clock, KeptInMemory())
        self.comments: dict[str, list[Expected]] = {}
        self.pressed: list[tuple[Actor, Review, Decision]] = []
        self.muted: set[str] = set()

    def teardown(self) -> None:
        self.context.store.close()
        self.folder.cleanup()

    def take(self, name: str, text: str) -> tuple[int, int, int]:
        row = IncomingComment("site", name, text, "sam", NOW)
        (report,) = ingest(self.context, SYSTEM, [row])
        return report.stored, report.edited, report.unchanged

    def note_revision(self, name: str, text: str, kind: AuditKind) -> None:
        with self.context.store.read() as reader:
            comment = reader.comment_by_source("site", name)
            stored = reader.latest_revision(comment.id) if comment else None
        assert stored is not None
        assert stored.number == len(self.comments[name]) + 1
        known = Expected(name, stored.id, stored.reference, text, [kind], received_at=self.now)
        self.comments[name].append(known)

    def note_decision(
        self,
        revision: Expected,
        action: Action,
        who: Actor,
        kind: AuditKind,
        *,
        is_heard: bool = False,
    ) -> None:
        is_press = kind is AuditKind.DECISION_REVIEWED and not is_heard
        grace = GRACE if is_press else timedelta(0)
        step = Step(action, who.id, kind, self.now, self.now + grace)
        revision.steps.append(step)
        revision.left.append(step)
        revision.kinds.append(kind)
        self.publish(revision, step)

    def publish(self, revision: Expected, step: Step) -> None:
        """What would take effect after that step never does."""
        kept = [past for past in revision.public if past.holds_from <= step.holds_from]
        revision.public = [*kept, step]

    def note_undo(self, revision: Expected, who: Actor) -> bool:
        """Whether it was a cancel: nobody but the staff ever sees the decision."""
        taken = revision.left.pop()
        restored = revision.left[-1]
        kind, seen_from = AuditKind.DECISION_UNDONE, max(self.now, restored.holds_from)
        step = Step(restored.action, who.id, kind, self.now, seen_from)
        revision.steps.append(step)
        revision.kinds.append(kind)
        is_cancel = taken in revision.public and taken.holds_from > self.now
        if is_cancel:
            revision.public.remove(taken)
        else:
            self.publish(revision, step)
        return is_cancel

    def note_gone(self, revision: Expected) -> None:
        """Ends the revision's case and a pending appeal."""
        revision.gone_at = revision.gone_at or self.now
        if revision.case in (CaseStatus.OPEN, CaseStatus.ESCALATED):
            revision.was_cut_off = self.has_waiting_reports(revision)
        revision.case = CaseStatus.CLOSED if revision.case else None
        if revision.appeal is AppealStatus.PENDING:
            revision.appeal = AppealStatus.CLOSED
            revision.kinds.append(AuditKind.APPEAL_CLOSED)

    def binding_of(self, revision: Expected) -> Expected | None:
        """Which earlier text decides about an edit: the last one that a person decided on counts,
        or the last with these very words if the other one left it to the model."""
        revisions = self.comments[revision.name]
        newest: Expected | None = None
        for past in reversed(revisions[: revisions.index(revision)]):
            if not past.is_settled():
                continue
            is_first, needed = newest is None, past.needed_of_edits()
            if past.text == revision.text or (is_first and needed is not None):
                return past
            newest = newest or past
        return newest

    def needed_of(self, revision: Expected) -> Action | None:
        """Who has to decide on an edit; an escalation stays with the leads."""
        past = self.binding_of(revision)
        return past.needed_of_edits() if past else None

    def is_approved_before(self, revision: Expected) -> bool:
        past = self.binding_of(revision)
        return past is not None and past.text == revision.text and past.is_approved_by_person()

    def counted(self, revision: Expected) -> dict[str, datetime]:
        """The reports that count, by reporter."""
        return {who: at for who, at in revision.reported.items() if who not in self.muted}

    def has_waiting_reports(self, revision: Expected) -> bool:
        """On the text, or on an earlier one that was gone before a person decided."""
        revisions = self.comments[revision.name]
        texts = [revision]
        for past in reversed(revisions[: revisions.index(revision)]):
            texts += [past] if past.was_cut_off else []
            if any(step.who != SYSTEM.id for step in past.steps):
                break
        return any(map(self.counted, texts))

    def outcome_of(self, revision: Expected, who: str) -> ReportOutcome:
        if who in self.muted or not revision.chain:
            return ReportOutcome.RECORDED
        if revision.case in (CaseStatus.OPEN, CaseStatus.ESCALATED):
            return ReportOutcome.JOINED
        if revision.chain[-1][0] is not Action.APPROVE or revision.appeal is not None:
            return ReportOutcome.RECORDED
        return ReportOutcome.OPENED

    def revisions(self) -> list[Expected]:
        return [known for revisions in self.comments.values() for known in revisions]

    def waiting(self) -> list[Expected]:
        return [known for known in self.revisions() if known.is_there() and not known.chain]

    def pick(self, data: st.DataObject, *is_meant: Callable[[Expected], bool]) -> Expected:
        """Mostly a revision that fits the step, sometimes any revision."""
        every = self.revisions()
        groups = [[known for known in every if meant(known)] for meant in is_meant]
        meant = next((group for group in groups if group), every)
        is_any = data.draw(st.sampled_from([False] * 3 + [True]))
        return data.draw(st.sampled_from(every if is_any else meant))

    def why_not_decide(
        self, revision: Expected, who: Actor, action: Action, stale: int
    ) -> type[ConsoleError] | None:
        if not revision.is_there():
            return Conflict
        if revision.case is None:
            return NotFound
        if stale or revision.case is CaseStatus.CLOSED:
            return Conflict
        if revision.case is CaseStatus.ESCALATED and who.role is Role.MODERATOR:
            return PermissionDenied
        if revision.case is CaseStatus.ESCALATED and action is Action.ESCALATE:
            return RuleBroken
        return None

    def why_not_reopen(self, revision: Expected, who: Actor) -> type[ConsoleError] | None:
        if not revision.is_there():
            return Conflict
        is_open = revision.case in (CaseStatus.OPEN, CaseStatus.ESCALATED)
        if not revision.is_decided() or is_open or revision.appeal is not None:
            return RuleBroken
        is_own = revision.chain[-1][1] == who.id
        took_a_lead = len(revision.chain) > 1 and revision.chain[-2][0] is Action.ESCALATE
        is_barred = not is_own or took_a_lead or self.is_day_over(revision)
        if revision.is_removed() and who.role is Role.MODERATOR and is_barred:
            return PermissionDenied
        return None

    def why_not_undo(self, revision: Expected, who: Actor, seen: int) -> type[ConsoleError] | None:
        if not revision.is_there():
            return Conflict
        if revision.case is None or len(revision.chain) < 2:
            return NotFound
        taken = revision.steps[seen - 1]
        if seen != len(revision.steps) and taken is not revision.left[-1]:
            return Conflict
        is_last_left = taken is revision.left[-1] and len(revision.left) > 1
        if not is_last_left or taken.who != who.id or revision.appeal is not None:
            return RuleBroken
        before = revision.left[-2]
        is_reopening = before.action is Action.REMOVE and taken.action is not Action.APPROVE
        # Undoing a reopening removes the comment again, as its reviewer could by not reopening it.
        is_late = any(
            self.now - step.at > DAY for step in ((taken, before) if is_reopening else (taken,))
        )
        if who.role is Role.MODERATOR and is_late:
            return PermissionDenied
        return None

    def is_day_over(self, revision: Expected) -> bool:
        """Whether more than a day has passed, in which moderators may undo their decision."""
        return revision.decided_at is not None and self.now - revision.decided_at > DAY
