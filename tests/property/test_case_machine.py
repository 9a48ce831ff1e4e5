"""Any order of ingest, scoring, review and appeal over the real services on SQLite.

The machine keeps its own small account of what must have happened; after each step the store must
say the same, and the rules that always hold must hold.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from core.errors import BackendError, ConsoleError, NotFound, PermissionDenied, RuleBroken
from core.inference.fake import FakeBackend
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Visibility
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal, hear_appeal
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.review import Review, decide_case, skip_case, undo_decision
from core.services.score import score_waiting
from tests.factories import HELD
from tests.property.case_account import OUTCOMES, PEOPLE, WAITING_STATUS, CaseAccount, Expected
from tests.state_checks import broken_promises

# Mostly what is held: the rest is decided at once and has less to go wrong.
texts = st.sampled_from(list(OUTCOMES)) | st.just(HELD)
people = st.sampled_from(list(PEOPLE.values()))
choices = st.sampled_from([Action.APPROVE, Action.REMOVE, Action.ESCALATE])


class Moderation(CaseAccount):
    # What may happen

    @initialize()
    def start_with_work(self) -> None:
        for _ in range(2):
            self.new_comment(HELD)
        self.score()

    @precondition(lambda self: len(self.comments) < 5)
    @rule(text=texts)
    def new_comment(self, text: str) -> None:
        name = f"n{len(self.comments)}"
        self.comments[name] = []
        assert self.take(name, text) == (1, 0, 0)
        self.note_revision(name, text, AuditKind.COMMENT_STORED)

    @rule(data=st.data(), text=texts)
    def same_or_edited(self, data: st.DataObject, text: str) -> None:
        name = self.pick(data, lambda r: r.is_latest and r.can_be_undone).name
        old = self.comments[name][-1]
        if text == old.text:
            assert self.take(name, text) == (0, 0, 1)
            return
        assert self.take(name, text) == (0, 1, 0)
        old.is_latest = False
        old.case = CaseStatus.CLOSED if old.case else None
        self.note_revision(name, text, AuditKind.COMMENT_EDITED)

    @precondition(lambda self: self.waiting())
    @rule()
    def score(self) -> None:
        list(score_waiting(self.context, self.services.scorer))
        for revision in self.waiting():
            action = OUTCOMES[revision.text]
            revision.chain.append((action, SYSTEM.id))
            revision.case = WAITING_STATUS.get(action)
            revision.kinds.append(AuditKind.DECISION_AUTOMATED)

    @precondition(lambda self: self.waiting())
    @rule()
    def score_with_the_backend_down(self) -> None:
        backend = self.services.full_model
        assert isinstance(backend, FakeBackend)
        backend.is_down = True
        with pytest.raises(BackendError):
            list(score_waiting(self.context, self.services.scorer))
        backend.is_down = False

    @rule(data=st.data(), who=people, action=choices, stale=st.sampled_from([0] * 6 + [-1, 1]))
    def decide(self, data: st.DataObject, who: Actor, action: Action, stale: int) -> None:
        first = CaseStatus.ESCALATED if who.role is Role.LEAD else CaseStatus.OPEN
        revision = self.pick(data, lambda r: r.case is first, lambda r: r.case is CaseStatus.OPEN)
        review = Review(
            revision_id=revision.id,
            seen_version=len(revision.chain) + stale,
            action=action,
            idempotency_key=f"key-{len(self.pressed)}",
            reason_code="harassment" if action is Action.REMOVE else None,
        )
        refusal = self.why_not_decide(revision, who, action, stale)
        if refusal is not None:
            with pytest.raises(refusal):
                decide_case(self.context, who, review)
            return
        decision = decide_case(self.context, who, review)
        self.pressed.append((who, review, decision))
        self.note_decision(revision, action, who, AuditKind.DECISION_REVIEWED)
        revision.case = WAITING_STATUS.get(action, CaseStatus.CLOSED)
        revision.can_be_undone = True

    @precondition(lambda self: self.pressed)
    @rule(data=st.data())
    def press_again(self, data: st.DataObject) -> None:
        who, review, first = data.draw(st.sampled_from(self.pressed))
        assert decide_case(self.context, who, review) == first

    @rule(data=st.data(), who=people)
    def skip(self, data: st.DataObject, who: Actor) -> None:
        revision = self.pick(data, lambda r: r.case is CaseStatus.OPEN)
        if revision.case is None:
            with pytest.raises(NotFound):
                skip_case(self.context, who, revision.id)
            return
        skip_case(self.context, who, revision.id)
        revision.kinds.append(AuditKind.CASE_SKIPPED)

    @precondition(lambda self: self.pressed)
    @rule(data=st.data(), who=people, is_own=st.sampled_from([True, True, True, False]))
    def undo(self, data: st.DataObject, who: Actor, is_own: bool) -> None:
        revision = self.pick(data, lambda r: r.can_be_undone)
        length = len(revision.chain)
        if is_own and length > 1:
            who = PEOPLE[revision.chain[-1][1]]
        refusal = self.why_not_undo(revision, who)
        if refusal is not None:
            with pytest.raises(refusal):
                undo_decision(self.context, who, revision.id, seen_version=length)
            return
        undo_decision(self.context, who, revision.id, seen_version=length)
        restored = revision.chain[-2][0]
        self.note_decision(revision, restored, who, AuditKind.DECISION_UNDONE)
        revision.case = WAITING_STATUS.get(restored, CaseStatus.CLOSED)
        revision.can_be_undone = False

    @rule(data=st.data(), who=people)
    def reopen(self, data: st.DataObject, who: Actor) -> None:
        revision = self.pick(data, lambda r: r.is_decided() and r.is_latest)
        seen = len(revision.chain)
        refusal = self.why_not_reopen(revision, who)
        if refusal is not None:
            with pytest.raises(refusal):
                reopen(self.context, who, revision.id, seen_version=seen)
            return
        was_escalated = len(revision.chain) > 1 and revision.chain[-2][0] is Action.ESCALATE
        action = Action.ESCALATE if was_escalated else Action.HOLD
        reopen(self.context, who, revision.id, seen_version=seen)
        self.note_decision(revision, action, who, AuditKind.DECISION_REOPENED)
        revision.case = WAITING_STATUS[action]
        revision.can_be_undone = True

    @rule(data=st.data())
    def appeal(self, data: st.DataObject) -> None:
        revision = self.pick(data, Expected.is_removed)
        words = "It was a quotation."
        if not revision.is_removed() or revision.appeal is not None:
            with pytest.raises(RuleBroken):
                file_appeal(self.context, revision.reference, words)
            return
        revision.appeal_id = file_appeal(self.context, revision.reference, words).id
        revision.appeal = AppealStatus.PENDING
        revision.kinds.append(AuditKind.APPEAL_FILED)

    @precondition(lambda self: any(known.appeal for known in self.revisions()))
    @rule(data=st.data(), who=people, overturn=st.booleans())
    def hear(self, data: st.DataObject, who: Actor, overturn: bool) -> None:
        appealed = [known for known in self.revisions() if known.appeal]
        revision = data.draw(st.sampled_from(appealed))
        outcome = {"overturn": overturn, "reason": "A sentence that says why."}
        refusal: type[ConsoleError] | None = None
        if who.role is not Role.LEAD:
            refusal = PermissionDenied
        elif revision.appeal is not AppealStatus.PENDING:
            refusal = RuleBroken
        elif who.id in {by for _, by in revision.chain}:
            refusal = PermissionDenied
        if refusal is not None:
            with pytest.raises(refusal):
                hear_appeal(self.context, who, revision.appeal_id, **outcome)
            return
        hear_appeal(self.context, who, revision.appeal_id, **outcome)
        revision.appeal = AppealStatus.OVERTURNED if overturn else AppealStatus.UPHELD
        if overturn:
            revision.kinds.append(AuditKind.APPEAL_OVERTURNED)
            self.note_decision(revision, Action.APPROVE, who, AuditKind.DECISION_REVIEWED)
            revision.can_be_undone = False
        else:
            revision.kinds.append(AuditKind.APPEAL_UPHELD)

    # What must always hold

    @invariant()
    def store_says_what_happened(self) -> None:
        with self.context.store.read() as reader:
            for known in self.revisions():
                stored, case = reader.revision(known.id), reader.case_of(known.id)
                chain, appeal = reader.decision_chain(known.id), reader.appeal_of(known.id)
                kinds = [event.kind for event in reader.audit_trail(known.id)]
                assert stored is not None
                assert [(past.action, past.actor) for past in chain] == known.chain
                assert stored.version == len(chain)
                assert stored.current_decision_id == (chain[-1].id if chain else None)
                assert [past.supersedes for past in chain] == [None, *[p.id for p in chain]][:-1]
                assert (case.status if case else None) is known.case
                assert (appeal.status if appeal else None) is known.appeal
                assert kinds == known.kinds
            assert reader.count_waiting() == len(self.waiting())

    @invariant()
    def rows_agree_with_each_other(self) -> None:
        assert broken_promises(self.services.settings.state_path) == {}

    @invariant()
    def overturned_comment_is_visible(self) -> None:
        for known in self.revisions():
            if known.appeal is AppealStatus.OVERTURNED:
                statement = look_up(self.context, known.reference).statement
                assert statement.visibility is Visibility.VISIBLE


Moderation.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestModeration = Moderation.TestCase
