"""What must hold after each step of the state machine test: the account, the store and the look-up
agree."""

from dataclasses import replace
from datetime import timedelta

from hypothesis.stateful import invariant

from core.clock import Clock
from core.moderation.appeals import AppealStatus
from core.moderation.comments import Visibility
from core.services.lookup import look_up
from tests.property.case_account import NOW, CaseAccount
from tests.property.history_rows import expected_row, rows_of
from tests.property.lookup_claims import false_claims, false_claims_of_changed
from tests.property.restriction_counts import check_same_counts
from tests.state_checks import broken_invariants, place_of

WINDOW = timedelta(days=184)
SOON = timedelta(microseconds=1)
"""A span does not have its end, and these clocks stand still."""


class CaseInvariants(CaseAccount):
    """Compares the store and each look-up with the account; counts the steps."""

    steps = 0

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
        assert broken_invariants(place_of(self.services.settings)) == {}

    @invariant()
    def statements_and_report_count_the_same(self) -> None:
        clock = Clock(now=lambda: self.now + SOON, monotonic=self.services.clock.monotonic)
        check_same_counts(replace(self.context, clock=clock), self.now)

    @invariant()
    def history_is_brought_up_to_date(self) -> None:
        """What changed since the last step is read anew, and gives what each text has."""
        found = rows_of(self.past.read())
        with self.context.store.read() as reader:
            expected = {
                known.id: expected_row(reader, known.id, self.now) for known in self.revisions()
            }
        assert found == {name: row for name, row in expected.items() if row is not None}

    @invariant()
    def overturned_comment_is_visible(self) -> None:
        for known in self.revisions():
            if known.appeal is AppealStatus.OVERTURNED and known.is_there():
                statement = look_up(self.context, known.reference).statement
                assert statement.visibility is Visibility.VISIBLE

    @invariant()
    def lookup_says_what_holds(self) -> None:
        """Compares each sentence of the look-up with the account, for every reference."""
        type(self).steps += 1
        for known in self.revisions():
            newest = self.comments[known.name][-1]
            answer = look_up(self.context, known.reference)
            assert answer.reference == newest.reference
            assert answer.text == ("" if newest.is_withdrawn else newest.text)
            assert (answer.withdrawn_at is not None) is newest.is_withdrawn
            assert (answer.changed is not None) is (known is not newest)
            is_edited = newest is not self.comments[known.name][0]
            assert answer.is_edited is is_edited
            assert answer.posted_at == (newest.received_at if is_edited else NOW)
            seen = newest.in_public(self.now)
            assert false_claims(answer.statement, seen, self.now - WINDOW) == []
            if answer.changed is not None:
                assert answer.changed.text == ("" if known.is_withdrawn else known.text)
                seen = known.in_public(self.now)
                assert false_claims_of_changed(answer.changed, seen) == []
