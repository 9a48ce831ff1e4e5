"""A reviewer's desk: the position in the queue, and the callbacks of the buttons.

The callbacks use no `st.*`, because the next press can interrupt a callback at any `st.*` call.
Their only state is the desk, a plain object kept for the session. So they choose no words either,
which depend on the session's language: what they tell is said when it is drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.identifiers import new_id
from core.moderation.comments import Revision
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.explain import Explained
from core.services.group_decisions import undo_group
from core.services.reopen import reopen
from core.services.review import Review, decide_case, skip_case, undo_decision
from core.store.queue_views import QueueLine
from core.store.views import OwnDecision
from dashboard.problems import told
from dashboard.review.case_wording import standing_line
from dashboard.review.group_wording import group_undone_line
from dashboard.staff_texts import say

Words = Callable[[], str]


@dataclass(slots=True)
class Desk:
    """The state of one session. `undoable` holds the decisions to undo, newest last; `after` is the
    cursor of the list's open page, None for the first; `filters` the list's filters, `draws` the
    number of times the desk was drawn.

    `wants_words`: the reviewer asked which words raised the score of the open case; the answer is
    in `words` or, if there is none, its reason in `words_refusal`. `is_revealed`: the covered words
    of the open case are shown.
    """

    id: str = field(default_factory=new_id)
    after: str | None = None
    filters: str = ""
    draws: int = 0
    revision_id: str | None = None
    order: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    undoable: list[OwnDecision] = field(default_factory=list)
    reason_code: str | None = None
    note: str = ""
    told: Words = str
    is_error: bool = False
    decided: int = 0
    last_reference: str | None = None
    wants_words: bool = False
    words: Explained | None = None
    words_refusal: str = ""
    is_revealed: bool = False

    def place(self, items: Sequence[QueueLine]) -> list[QueueLine]:
        """The queue in this reviewer's order: skipped cases last. Opens the first case if none is
        open or if the open one has left the queue."""
        ranked = sorted(items, key=lambda item: item.revision_id in self.skipped)
        self.order = [item.revision_id for item in ranked]
        if self.revision_id not in self.order:
            self.show(self.order[0] if self.order else None)
        return ranked

    def turn_to(self, filters: str) -> None:
        """Go to the first page if the filters changed."""
        if filters != self.filters:
            self.filters, self.after = filters, None

    def show(self, revision_id: str | None) -> None:
        """Open a case, and drop the reason and note chosen for the previous one."""
        if revision_id != self.revision_id:
            self.revision_id, self.reason_code, self.note = revision_id, None, ""
            self.ask_for_words(False)
            self.is_revealed = False

    def leave(self) -> None:
        """Open the next case of the list as last drawn."""
        if self.revision_id in self.order:
            at = self.order.index(self.revision_id)
            rest = self.order[at + 1 :] + self.order[:at]
            self.show(rest[0] if rest else None)

    def ask_for_words(self, wanted: bool) -> None:
        """Request the words of the open case, or hide them."""
        self.wants_words, self.words, self.words_refusal = wanted, None, ""

    def tell(self, words: Words, *, is_error: bool = False) -> None:
        """Set the message under the buttons."""
        self.told, self.is_error = words, is_error

    @property
    def message(self) -> str:
        """The message under the buttons, in the language of whoever reads it now."""
        return self.told()


def press_decide(
    desk: Desk,
    services: Services,
    actor: Actor,
    *,
    revision: Revision,
    version: int,
    action: Action,
) -> None:
    """Approve, remove or escalate the case that was on screen."""
    revision_id = revision.id
    if action is Action.REMOVE and desk.reason_code is None:
        desk.tell(lambda: say("desk.message.choose_reason"), is_error=True)
        return
    review = Review(
        revision_id=revision_id,
        seen_version=version,
        action=action,
        idempotency_key=f"{desk.id}:{revision_id}:{version}",
        reason_code=desk.reason_code if action is Action.REMOVE else None,
        note=desk.note,
    )
    try:
        decide_case(services.context, actor, review)
    except ConsoleError as error:
        desk.tell(partial(told, error), is_error=True)
        return
    decided = OwnDecision(revision_id, version + 1)
    if decided not in desk.undoable:
        desk.undoable.append(decided)
        desk.decided += 1
    desk.tell(lambda: say(f"plain.you.{action.name.lower()}"))
    desk.last_reference = revision.reference
    if desk.revision_id == revision_id:
        desk.leave()


def press_skip(desk: Desk, services: Services, actor: Actor, revision_id: str) -> None:
    """Put the case at the end of this reviewer's list.

    During a redraw, the previous case's button can still exist next to the new one, and a key then
    presses both; the press for a case that is no longer open does nothing.
    """
    if revision_id != desk.revision_id:
        return
    try:
        ended = skip_case(services.context, actor, revision_id)
    except ConsoleError as error:
        desk.tell(partial(told, error), is_error=True)
        return
    if ended is not None:
        desk.tell(partial(standing_line, ended), is_error=True)
        desk.leave()
        return
    if revision_id in desk.skipped:
        desk.skipped.remove(revision_id)
    desk.skipped.append(revision_id)
    desk.tell(lambda: say("desk.message.skipped"))
    desk.leave()


def press_undo(desk: Desk, services: Services, actor: Actor, drawn_for: OwnDecision) -> None:
    """Undo the last decision, together with its group if it was made with one, and open its case
    again; does nothing if the button was drawn for another decision."""
    if desk.undoable[-1:] != [drawn_for]:
        return
    last = desk.undoable.pop()
    try:
        words = _undo(desk, services, actor, last)
    except ConsoleError as error:
        desk.tell(partial(told, error), is_error=True)
        return
    desk.show(last.revision_id)
    desk.tell(words)


def _undo(desk: Desk, services: Services, actor: Actor, last: OwnDecision) -> Words:
    """Returns what to say of it."""
    if last.group:
        # Each member has an entry, since the desk of the keys decided them as one.
        desk.undoable = [own for own in desk.undoable if own.group != last.group]
        outcome = undo_group(services.context, actor, last.group)
        return partial(group_undone_line, len(outcome.decisions), len(outcome.skipped))
    undo_decision(services.context, actor, last.revision_id, seen_version=last.version)
    desk.decided = max(0, desk.decided - 1)
    return lambda: say("plain.you.undone")


def press_reopen(
    desk: Desk, services: Services, actor: Actor, revision_id: str, version: int
) -> None:
    """Put a decided case back in the queue."""
    try:
        reopen(services.context, actor, revision_id, seen_version=version)
    except ConsoleError as error:
        desk.tell(partial(told, error), is_error=True)
        return
    desk.tell(lambda: say("desk.message.reopened"))
    if desk.revision_id == revision_id:
        desk.leave()


def press_page(desk: Desk, cursor: str | None) -> None:
    """Open another page of the list and its first case."""
    desk.after = cursor
    desk.show(None)
    desk.tell(str)


def press_reason(desk: Desk, revision_id: str, code: str) -> None:
    """Choose the reason for removing the open case, or clear it if it was chosen already."""
    if revision_id != desk.revision_id:
        return
    desk.reason_code = None if desk.reason_code == code else code
    desk.tell(str)


def press_reveal(desk: Desk, revision_id: str) -> None:
    """Show the covered words of the open case, or cover them again."""
    if revision_id == desk.revision_id:
        desk.is_revealed = not desk.is_revealed


def press_words(desk: Desk, revision_id: str) -> None:
    """Show or hide the words that raised the score of the open case."""
    if revision_id == desk.revision_id:
        desk.ask_for_words(not desk.wants_words)
