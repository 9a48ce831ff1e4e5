"""State machine test: ingest, scoring, review and appeals in any order, with the real services.

The machine tracks what must have happened (CaseAccount). After each step the store must agree, and
all invariants must hold (CaseInvariants).
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from core.errors import BackendError, Conflict, NotFound
from core.inference.fake import POISON, FakeBackend
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.sampling import SamplingShares
from core.services.reopen import reopen
from core.services.review import Review, decide_case, skip_case, undo_decision
from core.services.score import score_waiting
from core.services.withdraw import withdraw_comment
from tests.factories import CLEAN, HELD
from tests.policies import store_text_rules
from tests.property.appeal_rules import AppealRules
from tests.property.case_account import CASINO, OUTCOMES, PEOPLE, WAITING_STATUS
from tests.property.expected import Expected

pytestmark = pytest.mark.slow

# Mostly what is held: the rest is decided at once and has less to go wrong.
texts = st.sampled_from(list(OUTCOMES)) | st.just(HELD)
people = st.sampled_from(list(PEOPLE.values()))
# A site that sends the same text again spells it its own way.
SPELLINGS = ["{}", "{}\r\n", " {}", "<p>{}</p>", "{}&nbsp;"]
choices = st.sampled_from([Action.APPROVE, Action.REMOVE, Action.ESCALATE])


class Moderation(AppealRules):
    @initialize()
    def start_with_work(self) -> None:
        for _ in range(2):
            self.new_comment(HELD)
        self.score(audited=False, blind=False)

    @precondition(lambda self: len(self.comments) < 5)
    @rule(text=texts)
    def new_comment(self, text: str) -> None:
        name = f"n{len(self.comments)}"
        self.comments[name] = []
        assert self.take(name, text) == (1, 0, 0)
        self.note_revision(name, text, AuditKind.COMMENT_STORED)

    @rule(data=st.data(), text=texts)
    def same_or_edited(self, data: st.DataObject, text: str) -> None:
        self.send(data, self.pick(data, lambda r: r.is_latest and r.can_be_undone()).name, text)

    @precondition(lambda self: any(known.is_bound() for known in self.revisions()))
    @rule(data=st.data(), text=st.just(CLEAN) | texts)
    def edit_what_people_decided(self, data: st.DataObject, text: str) -> None:
        """Edits a comment that a person decided on to a harmless text, as an author might to avoid
        a removal."""
        self.send(data, self.pick(data, Expected.is_bound).name, text)
        if self.waiting():
            self.score(audited=False, blind=False)

    def send(self, data: st.DataObject, name: str, text: str) -> None:
        old = self.comments[name][-1]
        spelt = data.draw(st.sampled_from(SPELLINGS)).format(text)
        if text == old.text and not old.is_withdrawn:
            assert self.take(name, spelt) == (0, 0, 1)
            return
        assert self.take(name, spelt) == (0, 1, 0)
        self.note_gone(old)
        old.is_latest = False
        self.note_revision(name, text, AuditKind.COMMENT_EDITED)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        name = self.pick(data, lambda r: r.is_there() and r.appeal is AppealStatus.PENDING).name
        newest = self.comments[name][-1]
        done = withdraw_comment(self.context, SYSTEM, "site", name)
        assert (done.reference, done.is_new) == (newest.reference, not newest.is_withdrawn)
        if done.is_new:
            self.note_gone(newest)
            newest.kinds.append(AuditKind.COMMENT_WITHDRAWN)
            for revision in self.comments[name]:
                revision.is_withdrawn = True

    @rule(days=st.sampled_from([1, 100]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(seconds=st.sampled_from([4, 11, 15]))
    def seconds_pass(self, seconds: int) -> None:
        """Some decisions take effect, others are still in their grace window."""
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.waiting())
    @rule(audited=st.booleans(), blind=st.booleans())
    def score(self, audited: bool, blind: bool) -> None:
        # All or none, since a share is drawn by a revision's id, which differs at each replay.
        shares = SamplingShares(audit=float(audited), blind=float(blind))
        self.context = replace(self.context, shares=shares)
        list(score_waiting(self.context, self.services.scorer))
        for revision in self.waiting():
            alone = OUTCOMES[revision.text]
            is_approved = self.is_approved_before(revision)
            action = Action.APPROVE if is_approved else self.needed_of(revision) or alone
            self.note_decision(revision, action, SYSTEM, AuditKind.DECISION_AUTOMATED)
            revision.case = WAITING_STATUS.get(action)
            revision.scored_under = self.policy_version
            is_drawn = audited and not is_approved
            if action is Action.APPROVE and (is_drawn or self.has_waiting_reports(revision)):
                revision.case = CaseStatus.OPEN
            if is_approved:
                revision.found = "approved before"
            elif POISON in revision.text:
                revision.found = "not scored"
            elif "casino" in revision.text:
                revision.found = "both" if "idiot" in revision.text else "text rule"
            elif alone is not Action.APPROVE:
                revision.found = "flagged"
            else:
                revision.found = "passed" if action is Action.APPROVE else "earlier text"

    @rule()
    def publish_a_policy(self) -> None:
        """With the same rules: only its number tells it from the one before."""
        self.policy_version = store_text_rules(self.context, CASINO).version

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
        self.decide_on(revision, who, action, stale)

    @rule(data=st.data(), who=people, action=choices, seconds=st.sampled_from([0, 11, 15]))
    def decide_and_undo(
        self, data: st.DataObject, who: Actor, action: Action, seconds: int
    ) -> None:
        """Within the grace window that is a cancel, after it an undo."""
        revision = self.pick(data, lambda r: r.case is CaseStatus.OPEN)
        self.decide_on(revision, who, action)
        self.now += timedelta(seconds=seconds)
        self.undo_on(revision, who, len(revision.steps))

    def decide_on(self, revision: Expected, who: Actor, action: Action, stale: int = 0) -> None:
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

    @precondition(lambda self: self.pressed)
    @rule(data=st.data())
    def press_again(self, data: st.DataObject) -> None:
        who, review, first = data.draw(st.sampled_from(self.pressed))
        assert decide_case(self.context, who, review) == first

    @rule(data=st.data(), who=people)
    def skip(self, data: st.DataObject, who: Actor) -> None:
        revision = self.pick(data, lambda r: r.case is CaseStatus.OPEN)
        if revision.case is None or not revision.is_there():
            with pytest.raises(NotFound if revision.is_there() else Conflict):
                skip_case(self.context, who, revision.id)
            return
        skip_case(self.context, who, revision.id)
        revision.kinds.append(AuditKind.CASE_SKIPPED)

    @precondition(lambda self: self.pressed)
    @rule(data=st.data(), who=people, is_own=st.sampled_from([True, True, True, False]))
    def undo(self, data: st.DataObject, who: Actor, is_own: bool) -> None:
        """The newest decision that was not undone, as U does, or just the last one."""
        revision = self.pick(data, lambda r: len(r.left) > 1 and r.is_there())
        seen = len(revision.steps)
        if revision.left and data.draw(st.booleans()):
            # By identity: the same person may have decided the same twice at one moment.
            last = revision.left[-1]
            seen = next(n for n, step in enumerate(revision.steps, start=1) if step is last)
        if is_own and seen > 1:
            who = PEOPLE.get(revision.steps[seen - 1].who, who)
        self.undo_on(revision, who, seen)

    def undo_on(self, revision: Expected, who: Actor, seen: int) -> None:
        refusal = self.why_not_undo(revision, who, seen)
        if refusal is not None:
            with pytest.raises(refusal):
                undo_decision(self.context, who, revision.id, seen_version=seen)
            return
        was_reopening = revision.left[-1].kind is AuditKind.DECISION_REOPENED
        undone_at = revision.left[-1].at
        undone = undo_decision(self.context, who, revision.id, seen_version=seen)
        is_cancel = self.note_undo(revision, who)
        with self.context.store.read() as reader:
            event = reader.audit_trail(revision.id)[-1]
        assert (event.data["decision"], "cancelled" in event.data) == (undone.id, is_cancel)
        assert undo_decision(self.context, who, revision.id, seen_version=seen) == undone
        revision.case = WAITING_STATUS.get(undone.action, CaseStatus.OPEN)
        since = [at for at in self.counted(revision).values() if at >= undone_at]
        if was_reopening and not (since and undone.action is Action.APPROVE):
            revision.case = CaseStatus.CLOSED

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


Moderation.TestCase.settings = settings(max_examples=12, stateful_step_count=25)
# Each step is a durable commit: on a busy disk the walk takes minutes.
TestModeration = pytest.mark.timeout(1800)(Moderation.TestCase)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_steps_without_a_false_sentence() -> None:
    """Like the default profile, with ten thousand steps."""
    start = Moderation.steps
    walk = settings(Moderation.TestCase.settings, max_examples=100, stateful_step_count=50)
    while Moderation.steps - start < 10_000:
        run_state_machine_as_test(Moderation, settings=walk)
