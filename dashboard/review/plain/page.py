"""The review queue with a button for each key, drawn anew by the server after each press."""

from collections.abc import Collection

import streamlit as st

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor, Permission, can
from core.moderation.queue import QueueFilter
from core.moderation.scores import Label
from core.services.queries import list_undoable, load_case
from core.services.queue import list_queue
from dashboard.covered import wants_cover
from dashboard.keyboard import keyboard
from dashboard.problems import told
from dashboard.review.plain.actions import (
    action_row,
    message_line,
    note_box,
    reason_row,
    undo_button,
)
from dashboard.review.plain.case_card import card_text, case_card
from dashboard.review.plain.case_list import LISTED, has_pages, pager, queue_list
from dashboard.review.plain.desk import Desk
from dashboard.review.plain.explanation import explain_open_case
from dashboard.review.plain.header import header
from dashboard.review.plain.why_flagged import (
    author_panel,
    history_panel,
    scores_or_words,
    why_flagged,
)
from dashboard.staff_texts import say

ACTING = ("approve", "remove", "escalate", "skip", "undo", "reopen")
"""How the keys of the buttons that cause a redraw begin."""
NOTHING_HERE = {CaseStatus.ESCALATED: ":material/flag:", CaseStatus.CLOSED: ":material/history:"}
"""The icons beside what is said of an empty list."""


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    if st.session_state.get("desk_of") != actor.id:
        mine = list_undoable(services.context, actor) if can(actor, Permission.DECIDE) else ()
        st.session_state["desk_of"] = actor.id
        st.session_state["desk"] = Desk(undoable=list(mine))
    status, label = header(services, actor)
    _desk(services, actor, status, label)


@st.fragment
def _desk(services: Services, actor: Actor, status: CaseStatus, label: Label | None) -> None:
    desk: Desk = st.session_state["desk"]
    desk.draws += 1
    desk.turn_to(f"{status} {label}")
    chosen = QueueFilter(statuses=(status,), label=label)
    page = list_queue(services.context, actor, chosen, after=desk.after, limit=LISTED)
    if page.previous is None:
        desk.after = None  # it is the first page now, and stays it whatever comes in
    items = desk.place(page.items)
    left, middle, right = st.columns([26, 46, 28], gap="medium")
    if not items or desk.revision_id is None:
        with left:
            keys = _nothing_left(desk, services, actor, status)
        _keyboard(desk, "none", keys, has_note=False)
        return
    try:
        view = load_case(services.context, actor, desk.revision_id)
    except NotFound as gone:
        st.warning(told(gone))
        return
    now, masks = services.clock.now(), wants_cover(services, actor)
    with left:
        pager(desk, page)
        queue_list(desk, items, is_paged=has_pages(page), is_covered=masks)
    with middle:
        text_place = case_card(view, desk, now, masks=masks)
        keys = action_row(desk, services, actor, view)
        # Drawn right after the card and the buttons, so that keys work before the rest is drawn.
        is_open = status is not CaseStatus.CLOSED
        _keyboard(desk, f"{view.revision.id}_{len(view.chain)}", keys, has_note=is_open)
        message_line(desk)
        if is_open:
            reason_row(desk, view)
            note_box(desk, view)
    with right:
        table_place = why_flagged(view, desk, services.service_asked, masks=masks)
        author_panel(view)
        history_panel(view, now)
    if desk.wants_words and desk.words is None and not desk.words_refusal:
        # Last, when the keys work already: this scores some hundred variants of the comment.
        explain_open_case(desk, services, actor)
        is_covered = masks and not desk.is_revealed
        card_text(text_place, view, desk.words, is_covered=is_covered)
        scores_or_words(table_place, view, desk, masks=masks)


def _keyboard(desk: Desk, card: str, keys: Collection[str], *, has_note: bool) -> None:
    keyboard(
        draw=desk.draws,
        card=card,
        buttons=ACTING,
        deciding=keys,
        has_note=has_note,
        filters=desk.filters,
    )


def _nothing_left(
    desk: Desk, services: Services, actor: Actor, status: CaseStatus
) -> Collection[str]:
    words = say(f"review.nothing.{status.name.lower()}")
    if status in NOTHING_HERE:
        st.info(words, icon=NOTHING_HERE[status])
    else:
        st.success(words, icon=":material/done_all:")
        st.caption(say("review.nothing_about.open"))
    message_line(desk)
    return undo_button(desk, services, actor)
