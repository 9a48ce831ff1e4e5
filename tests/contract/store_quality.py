"""Contract of every store: second looks, disagreements and golden items."""

from dataclasses import replace

from core.moderation.audit import AuditKind
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.second_looks import Answer, GoldenAnswer, LookState, SecondLook
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows, at


def look_at(rows: Rows, name: str, action: Action = Action.REMOVE) -> tuple[Revision, SecondLook]:
    """A text that mina decided on, and the second look at that, open from minute 2."""
    revision = rows.comment(name, text=f"Text {name}.")
    rows.decided(revision, Action.HOLD)
    decision = rows.decided(revision, action, seen=1, minutes=1)
    look = SecondLook(
        id=f"look-{name}",
        revision_id=revision.id,
        decision_id=decision.id,
        first=Answer("mina", action, at(1), decision.reason_code),
        sampling=Sampling(SamplingReason.DOUBLE_REVIEW, 0.05),
        opens_at=at(2),
    )
    with rows.store.write() as tx:
        tx.add_second_look(look)
    return revision, look


def second(rows: Rows, look: SecondLook, action: Action, *, minutes: float = 5) -> SecondLook:
    """The second look, answered by tomas."""
    reason = "threat" if action is Action.REMOVE else None
    given = Answer("tomas", action, at(minutes), reason, "Zoë: not sure.")
    is_same = action is look.first.action
    done = replace(look, second=given, state=LookState.AGREED if is_same else LookState.DIFFERENT)
    with rows.store.write() as tx:
        audit = rows.audit(AuditKind.SECOND_LOOK_ANSWERED, look.revision_id)
        assert tx.change_second_look(done, LookState.WAITING, audit)
    return done


class Quality(StoreFixtures):
    """Drawn, answered once, settled, golden."""

    def test_a_look_comes_back_with_all_its_answers(self, store: Store, rows: Rows) -> None:
        revision, look = look_at(rows, "one")
        with store.read() as reader:
            assert reader.second_look(look.id) == look
            assert reader.second_look("none") is None
        done = second(rows, look, Action.APPROVE)
        settled = Answer("lena", Action.REMOVE, at(9), "threat", "It names a person.")
        ended = replace(done, settled=settled, state=LookState.SETTLED)
        with store.write() as tx:
            audit = rows.audit(AuditKind.DISAGREEMENT_SETTLED, revision.id)
            assert tx.change_second_look(ended, LookState.DIFFERENT, audit)
        with store.read() as reader:
            assert reader.second_look(look.id) == ended
            for name, count in (("mina", 1), ("tomas", 1), ("lena", 0)):
                assert [item.look for item in reader.settled_looks(name, 9)] == [ended] * count
            assert reader.second_looks_of(revision.id) == [ended]
            trail = [event.kind for event in reader.audit_trail(revision.id)]
        assert trail[-2:] == [AuditKind.SECOND_LOOK_ANSWERED, AuditKind.DISAGREEMENT_SETTLED]

    def test_the_slower_of_two_answers_writes_nothing(self, store: Store, rows: Rows) -> None:
        revision, look = look_at(rows, "one")
        done = second(rows, look, Action.REMOVE)
        late = replace(look, second=Answer("ravi", Action.APPROVE, at(6)))
        with store.write() as tx:
            audit = rows.audit(AuditKind.SECOND_LOOK_ANSWERED, revision.id)
            assert not tx.change_second_look(late, LookState.WAITING, audit)
        with store.read() as reader:
            assert reader.second_look(look.id) == done
            trail = [event.kind for event in reader.audit_trail(revision.id)]
        assert trail.count(AuditKind.SECOND_LOOK_ANSWERED) == 1

    def test_the_next_look_is_the_oldest_that_waits_for_somebody_else(
        self, store: Store, rows: Rows
    ) -> None:
        _, one = look_at(rows, "one")
        _, two = look_at(rows, "two")
        with store.read() as reader:
            assert reader.waiting_looks("tomas", at(1.9), 9) == []
            assert reader.waiting_looks("tomas", at(2), 9) == [one, two]
            assert reader.waiting_looks("tomas", at(2), 1) == [one]
            assert reader.waiting_looks("mina", at(2), 9) == []
            assert reader.count_looks_waiting(at(2)) == 2
            assert reader.count_looks_waiting(at(1.9)) == 0
        second(rows, one, Action.REMOVE)
        with store.read() as reader:
            assert reader.waiting_looks("ravi", at(9), 9) == [two]
            assert reader.count_looks_given("tomas") == 1
            assert reader.count_looks_given("ravi") == 0

    def test_nobody_looks_again_at_what_they_decided_before(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        rows.decided(revision, Action.HOLD)
        rows.decided(revision, Action.ESCALATE, seen=1, actor="tomas")
        decision = rows.decided(revision, Action.APPROVE, seen=2, actor="lena")
        first = Answer("lena", Action.APPROVE, at(1))
        sampling = Sampling(SamplingReason.DOUBLE_REVIEW, 0.5)
        look = SecondLook("l", revision.id, decision.id, first, sampling, at(2))
        with store.write() as tx:
            tx.add_second_look(look)
        with store.read() as reader:
            assert reader.waiting_looks("tomas", at(3), 9) == []
            assert reader.waiting_looks("mina", at(3), 9) == [look]

    def test_a_look_at_what_no_longer_holds_does_not_wait(self, store: Store, rows: Rows) -> None:
        undone, _ = look_at(rows, "undone")
        rows.decided(undone, Action.HOLD, seen=2, minutes=3)
        edited, _ = look_at(rows, "edited")
        rows.edit(edited)
        gone, _ = look_at(rows, "gone")
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.id)
            tx.withdraw_comment(gone.comment_id, at(3), audit)
        with store.read() as reader:
            assert reader.waiting_looks("tomas", at(9), 9) == []
            assert reader.count_looks_waiting(at(9)) == 0

    def test_disagreements_come_with_text_and_notes_oldest_first(
        self, store: Store, rows: Rows
    ) -> None:
        late = second(rows, look_at(rows, "late")[1], Action.APPROVE, minutes=8)
        early = second(rows, look_at(rows, "early")[1], Action.APPROVE, minutes=7)
        second(rows, look_at(rows, "same")[1], Action.REMOVE)
        gone, away = look_at(rows, "gone")
        second(rows, away, Action.APPROVE)
        with store.write() as tx:
            audit = rows.audit(AuditKind.COMMENT_WITHDRAWN, gone.id)
            tx.withdraw_comment(gone.comment_id, at(9), audit)
        with store.read() as reader:
            found = reader.disagreements(10)
            assert reader.count_disagreements() == 2
            assert len(reader.disagreements(1)) == 1
        assert [item.look for item in found] == [early, late]
        assert (found[0].text, found[0].reference) == ("Text early.", "REF-early-1")
        assert (found[0].note, found[0].internal_note) == ("A note.", "For the staff.")

    def test_answered_looks_are_those_of_the_span(self, store: Store, rows: Rows) -> None:
        two = second(rows, look_at(rows, "two")[1], Action.APPROVE, minutes=6)
        one = second(rows, look_at(rows, "one")[1], Action.REMOVE, minutes=5)
        look_at(rows, "waiting")
        with store.read() as reader:
            assert reader.answered_looks(at(5), at(7)) == [one, two]
            assert reader.answered_looks(at(5.1), at(7)) == [two]
            assert reader.answered_looks(at(5), at(6)) == [one]

    def test_golden_items_go_to_those_who_took_no_part_once(self, store: Store, rows: Rows) -> None:
        revision, look = look_at(rows, "one")
        agreed = second(rows, look, Action.REMOVE)
        golden = replace(agreed, golden_by="lena")
        with store.read() as reader:
            assert [item.look for item in reader.agreed_looks(golden=False, limit=9)] == [agreed]
            assert reader.agreed_looks(golden=True, limit=9) == []
            assert reader.next_golden_item("ravi") is None
        with store.write() as tx:
            audit = rows.audit(AuditKind.GOLDEN_MADE, revision.id)
            assert tx.change_second_look(golden, LookState.AGREED, audit)
        with store.read() as reader:
            assert [item.look for item in reader.agreed_looks(golden=True, limit=9)] == [golden]
            for involved in ("mina", "tomas", "lena"):
                assert reader.next_golden_item(involved) is None
            assert reader.next_golden_item("ravi") == golden
        given = GoldenAnswer(look.id, Answer("ravi", Action.APPROVE, at(9)), Action.REMOVE)
        with store.write() as tx:
            tx.add_golden_answer(given, rows.audit(AuditKind.SECOND_LOOK_ANSWERED, revision.id))
        with store.read() as reader:
            assert reader.golden_answers() == reader.golden_answers(look.id) == [given]
            assert reader.golden_answers("none") == []
            assert reader.next_golden_item("ravi") is None
            assert reader.count_looks_given("ravi") == 1
        with store.write() as tx:
            audit = rows.audit(AuditKind.GOLDEN_DROPPED, revision.id)
            assert tx.change_second_look(agreed, LookState.AGREED, audit)
        with store.read() as reader:
            assert reader.golden_answers() == []
