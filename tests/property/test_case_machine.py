"""Any order of ingest, scoring, review and appeal over the real services on SQLite.

The machine keeps its own small account of what must have happened; after each step the store must
say the same, and the rules that always hold must hold.
"""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
)

from core.errors import (
    BackendError,
    Conflict,
    ConsoleError,
    NotFound,
    PermissionDenied,
    RuleBroken,
)
from core.inference.fake import POISON, FakeBackend
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, Visibility
from core.moderation.decisions import Decision
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal, hear_appeal
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.review import Review, decide_case, skip_case, undo_decision
from core.services.score import score_waiting
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    make_services,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OTHER_MODERATOR = Actor("otto", Role.MODERATOR)
OUTCOMES = {
    CLEAN: Action.APPROVE,
    HELD: Action.HOLD,
    "idiot twice": Action.HOLD,
    REMOVED: Action.REMOVE,
    f"{POISON} is held unscored": Action.HOLD,
}
WAITING_STATUS = {Action.HOLD: CaseStatus.OPEN, Action.ESCALATE: CaseStatus.ESCALATED}

# Mostly what is held: the rest is decided at once and has less to go wrong.
texts = st.sampled_from(list(OUTCOMES)) | st.just(HELD)
people = st.sampled_from([MODERATOR, OTHER_MODERATOR, LEAD, OTHER_LEAD])
choices = st.sampled_from([Action.APPROVE, Action.REMOVE, Action.ESCALATE])


@dataclass
class Expected:
    """What the machine thinks of one revision."""

    id: str
    reference: str
    text: str
    kinds: list[AuditKind]
    chain: list[tuple[Action, str]] = field(default_factory=list)
    case: CaseStatus | None = None
    appeal: AppealStatus | None = None
    appeal_id: str = ""
    can_be_undone: bool = False
    is_latest: bool = True


class Moderation(RuleBasedStateMachine):
    comments = Bundle("comments")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.services = make_services(Path(self.folder.name))
        self.context = self.services.context
        self.revisions: dict[str, list[Expected]] = {}
        self.pressed: list[tuple[Actor, Review, Decision]] = []

    def teardown(self) -> None:
        self.context.store.close()
        self.folder.cleanup()

    # What may happen

    @rule(target=comments, text=texts)
    def new_comment(self, text: str) -> str:
        name = f"n{len(self.revisions)}"
        self.revisions[name] = []
        assert self.take(name, text) == (1, 0, 0)
        self.note_revision(name, text, AuditKind.COMMENT_STORED)
        return name

    @rule(target=comments)
    def five_held_comments(self) -> object:
        names = [self.new_comment(HELD) for _ in range(5)]
        self.score()
        return multiple(*names)

    @rule(name=comments, text=texts)
    def same_or_edited(self, name: str, text: str) -> None:
        old = self.revisions[name][-1]
        if text == old.text:
            assert self.take(name, text) == (0, 0, 1)
            return
        assert self.take(name, text) == (0, 1, 0)
        old.is_latest = False
        old.case = CaseStatus.CLOSED if old.case else None
        self.note_revision(name, text, AuditKind.COMMENT_EDITED)

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
        backend = self.services.scorer.backend
        assert isinstance(backend, FakeBackend)
        backend.is_down = True
        with pytest.raises(BackendError):
            list(score_waiting(self.context, self.services.scorer))
        backend.is_down = False

    @rule(
        name=comments,
        back=st.integers(0, 1),
        who=people,
        action=choices,
        stale=st.sampled_from([0, 0, 0, -1, 1]),
    )
    def decide(self, name: str, back: int, who: Actor, action: Action, stale: int) -> None:
        revision = self.pick(name, back)
        review = Review(
            revision_id=revision.id,
            seen_version=len(revision.chain) + stale,
            action=action,
            idempotency_key=f"key-{len(self.pressed)}",
            reason_code="harassment" if action is Action.REMOVE else None,
        )
        refusal = self.why_not_decide(revision, who, action, stale)
        if refusal is not None:
            self.refused(refusal, lambda: decide_case(self.context, who, review))
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

    @rule(name=comments, who=people)
    def skip(self, name: str, who: Actor) -> None:
        revision = self.pick(name, 0)
        if revision.case is None:
            self.refused(NotFound, lambda: skip_case(self.context, who, revision.id))
            return
        skip_case(self.context, who, revision.id)
        revision.kinds.append(AuditKind.CASE_SKIPPED)

    @rule(name=comments, back=st.integers(0, 1), who=people, is_own=st.booleans())
    def undo(self, name: str, back: int, who: Actor, is_own: bool) -> None:
        revision = self.pick(name, back)
        length = len(revision.chain)
        if is_own and length > 1:
            by_name = {p.id: p for p in (MODERATOR, OTHER_MODERATOR, LEAD, OTHER_LEAD)}
            who = by_name[revision.chain[-1][1]]

        def act() -> object:
            return undo_decision(self.context, who, revision.id, seen_version=length)

        if not revision.is_latest:
            self.refused(Conflict, act)
        elif revision.case is None or length < 2:
            self.refused(NotFound, act)
        elif (
            not revision.can_be_undone
            or revision.chain[-1][1] != who.id
            or revision.appeal is not None
        ):
            self.refused(RuleBroken, act)
        else:
            act()
            restored = revision.chain[-2][0]
            self.note_decision(revision, restored, who, AuditKind.DECISION_UNDONE)
            revision.case = WAITING_STATUS[restored]
            revision.can_be_undone = False

    @rule(name=comments, back=st.integers(0, 1))
    def appeal(self, name: str, back: int) -> None:
        revision = self.pick(name, back)
        standing = revision.chain[-1][0] if revision.chain else None

        def act() -> str:
            return file_appeal(self.context, revision.reference, "It was a quotation.").id

        if standing is not Action.REMOVE or revision.appeal is not None:
            self.refused(RuleBroken, act)
            return
        revision.appeal_id = act()
        revision.appeal = AppealStatus.PENDING
        revision.kinds.append(AuditKind.APPEAL_FILED)

    @precondition(lambda self: any(r.appeal for rs in self.revisions.values() for r in rs))
    @rule(data=st.data(), who=people, overturn=st.booleans())
    def hear(self, data: st.DataObject, who: Actor, overturn: bool) -> None:
        appealed = [r for rs in self.revisions.values() for r in rs if r.appeal]
        revision = data.draw(st.sampled_from(appealed))

        def act() -> object:
            reason = "A sentence that says why."
            return hear_appeal(
                self.context, who, revision.appeal_id, overturn=overturn, reason=reason
            )

        if who.role is not Role.LEAD:
            self.refused(PermissionDenied, act)
        elif revision.appeal is not AppealStatus.PENDING:
            self.refused(RuleBroken, act)
        elif who.id in {by for _, by in revision.chain}:
            self.refused(PermissionDenied, act)
        else:
            act()
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
            for known in (r for rs in self.revisions.values() for r in rs):
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
    def case_waits_exactly_while_its_latest_text_is_on_hold(self) -> None:
        with self.context.store.read() as reader:
            for known in (r for rs in self.revisions.values() for r in rs):
                case, chain = reader.case_of(known.id), reader.decision_chain(known.id)
                current = chain[-1].action if chain and known.is_latest else None
                waits = case.status if case and case.status is not CaseStatus.CLOSED else None
                assert waits is (WAITING_STATUS.get(current) if current else None)

    @invariant()
    def pending_appeal_stands_on_a_removal_and_an_overturned_one_on_none(self) -> None:
        with self.context.store.read() as reader:
            for known in (r for rs in self.revisions.values() for r in rs):
                appeal, chain = reader.appeal_of(known.id), reader.decision_chain(known.id)
                if appeal is None:
                    continue
                if appeal.status is AppealStatus.OVERTURNED:
                    assert chain[-1].appeal_id == appeal.id
                    statement = look_up(self.context, known.reference).statement
                    assert statement.visibility is Visibility.VISIBLE
                else:
                    assert chain[-1].action is Action.REMOVE
                    assert chain[-1].id == appeal.decision_id

    @invariant()
    def rows_agree_with_each_other(self) -> None:
        with closing(sqlite3.connect(self.services.settings.state_path)) as raw:
            wrong = raw.execute(
                "SELECT r.id FROM revisions r LEFT JOIN decisions d ON d.revision_id = r.id"
                " GROUP BY r.id HAVING r.version <> count(d.id)"
                " OR coalesce(max(d.position), 0) <> count(d.id)"
                " OR r.current_action IS NOT (SELECT action FROM decisions c"
                "   WHERE c.revision_id = r.id AND c.position = r.version)"
                " OR (count(d.id) > 0 AND (SELECT count(*) FROM decisions c"
                "   WHERE c.revision_id = r.id AND NOT EXISTS"
                "   (SELECT 1 FROM decisions s WHERE s.supersedes = c.id)) <> 1)"
            ).fetchall()
            latest = raw.execute(
                "SELECT comment_id FROM revisions GROUP BY comment_id HAVING sum(is_latest) <> 1"
            ).fetchall()
        assert wrong == latest == []

    # The account

    def take(self, name: str, text: str) -> tuple[int, int, int]:
        row = IncomingComment("site", name, text, "sam", NOW)
        (report,) = ingest(self.context, SYSTEM, [row])
        return report.stored, report.edited, report.unchanged

    def note_revision(self, name: str, text: str, kind: AuditKind) -> None:
        with self.context.store.read() as reader:
            comment = reader.comment_by_source("site", name)
            stored = reader.latest_revision(comment.id) if comment else None
        assert stored is not None
        assert stored.number == len(self.revisions[name]) + 1
        self.revisions[name].append(Expected(stored.id, stored.reference, text, [kind]))

    def note_decision(
        self, revision: Expected, action: Action, who: Actor, kind: AuditKind
    ) -> None:
        revision.chain.append((action, who.id))
        revision.kinds.append(kind)

    def waiting(self) -> list[Expected]:
        return [rs[-1] for rs in self.revisions.values() if rs and not rs[-1].chain]

    def pick(self, name: str, back: int) -> Expected:
        """The latest revision, or the one before it."""
        revisions = self.revisions[name]
        return revisions[max(0, len(revisions) - 1 - back)]

    def why_not_decide(
        self, revision: Expected, who: Actor, action: Action, stale: int
    ) -> type[ConsoleError] | None:
        if not revision.is_latest:
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

    def refused(self, error: type[ConsoleError], act: object) -> None:
        assert callable(act)
        with pytest.raises(error):
            act()


Moderation.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestModeration = Moderation.TestCase
