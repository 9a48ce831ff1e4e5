"""The part of the store's interfaces about second looks and golden items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.second_looks import GoldenAnswer, LookState, SecondLook


@dataclass(frozen=True, slots=True)
class LookItem:
    """A second look with its text and what was noted on the decision: `note` for the author,
    `internal_note` for the staff."""

    look: SecondLook
    text: str
    reference: str
    note: str
    internal_note: str


class QualityReader(Protocol):
    """The reads. Lists leave out texts that were withdrawn: nobody sees them any more."""

    def second_look(self, look_id: str) -> SecondLook | None: ...

    def second_looks_of(self, revision_id: str) -> Sequence[SecondLook]:
        """All looks at decisions on the text, oldest first."""
        ...

    def waiting_looks(self, actor_id: str, now: datetime, limit: int) -> Sequence[SecondLook]:
        """The oldest that wait at `now` for somebody who has not judged the text in any way: the
        decision is the current one, and the text the latest."""
        ...

    def next_golden_item(self, actor_id: str) -> SecondLook | None:
        """The first one, in the order of ids, that the person took no part in and has not
        answered."""
        ...

    def count_looks_given(self, actor_id: str) -> int:
        """The second answers of a person, those to golden items among them."""
        ...

    def answered_looks(self, since: datetime, until: datetime) -> Sequence[SecondLook]:
        """Those whose second answer was given in the span, oldest first; also of texts that are
        gone."""
        ...

    def count_looks_waiting(self, now: datetime) -> int:
        """All that wait, for whomever."""
        ...

    def disagreements(self, limit: int) -> Sequence[LookItem]:
        """Those that wait to be settled, oldest second answer first."""
        ...

    def count_disagreements(self) -> int:
        """The number of all `disagreements`."""
        ...

    def settled_looks(self, actor_id: str, limit: int) -> Sequence[LookItem]:
        """Settled disagreements of which the person was one of the two, newest first."""
        ...

    def agreed_looks(self, *, golden: bool, limit: int) -> Sequence[LookItem]:
        """Those that are golden items, or could become some, newest second answer first."""
        ...

    def golden_answers(self, look_id: str | None = None) -> Sequence[GoldenAnswer]:
        """Answers to the items that are golden now, or to one of them, in no order."""
        ...


class QualityWriter(QualityReader, Protocol):
    """The writes."""

    def add_second_look(self, look: SecondLook) -> None:
        """Store one that was just drawn."""
        ...

    def change_second_look(self, look: SecondLook, was: LookState, audit: AuditEvent) -> bool:
        """Store its later answers, its state and who made it golden. False, with nothing written,
        if its state is no longer `was`."""
        ...

    def add_golden_answer(self, given: GoldenAnswer, audit: AuditEvent) -> None:
        """The person must have given none to this item before."""
        ...
