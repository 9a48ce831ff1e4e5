"""The review queue: decide hundreds of flagged comments an hour, from the keyboard."""

from collections.abc import Collection

import streamlit as st

from core.bootstrap.services import Services
from core.errors import NotFound, PermissionDenied
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor, Permission, can
from core.moderation.scores import Label
from core.services.queries import count_queue, list_cases, list_undoable, load_case
from dashboard.review.actions import action_row, message_line, note_box, reason_row, undo_button
from dashboard.review.case_card import card_text, case_card
from dashboard.review.case_list import pager, queue_list
from dashboard.review.desk import Desk
from dashboard.review.keyboard import keyboard
from dashboard.review.telling_words import look_at_words
from dashboard.review.why_flagged import (
    author_panel,
    history_panel,
    scores_or_words,
    why_flagged,
)
from dashboard.wiring import current_actor, current_services
from dashboard.wording import LABELS, ago

FILTERS: dict[str, Label | None] = {
    "All": None,
    **{LABELS[label].capitalize(): label for label in Label if label is not Label.SEVERE_TOXICITY},
}
STATUSES = {
    "Waiting": CaseStatus.OPEN,
    "Escalated": CaseStatus.ESCALATED,
    "Decided": CaseStatus.CLOSED,
}
NOTHING_HERE = {
    CaseStatus.ESCALATED: ("Nothing is escalated.", ":material/flag:"),
    CaseStatus.CLOSED: ("Nobody has decided a case yet.", ":material/history:"),
}


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        count_queue(services.context, actor)
    except PermissionDenied as refusal:
        st.error(str(refusal))
        return
    if st.session_state.get("desk_of") != actor.id:
        mine = list_undoable(services.context, actor) if can(actor, Permission.DECIDE) else ()
        st.session_state["desk_of"] = actor.id
        st.session_state["desk"] = Desk(undoable=list(mine))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Review queue", width="content", anchor=False)
        _counters(services, actor)
        st.space("stretch")
        status = st.segmented_control(
            "Status",
            STATUSES,
            default="Waiting",
            key="status",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        label = st.selectbox(
            "Label",
            FILTERS,
            key="label",
            label_visibility="collapsed",
            width=150,
            bind="query-params",
        )
    _desk(services, actor, STATUSES[status or "Waiting"], FILTERS[label or "All"])


@st.fragment(run_every="10s")
def _counters(services: Services, actor: Actor) -> None:
    """How much waits. The only thing on this page that changes by itself."""
    count, now = count_queue(services.context, actor), services.clock.now()
    with st.container(horizontal=True, width="content", gap="small"):
        st.badge(f"{count.open:,} waiting", color="gray")
        if count.escalated:
            st.badge(f"{count.escalated:,} escalated", color="orange")
        if count.oldest_opened_at:
            st.badge(f"oldest {ago(count.oldest_opened_at, now)}", color="gray")
        if count.not_scored_yet:
            st.badge(f"{count.not_scored_yet:,} not scored yet", color="blue")


@st.fragment
def _desk(services: Services, actor: Actor, status: CaseStatus, label: Label | None) -> None:
    desk: Desk = st.session_state["desk"]
    desk.draws += 1
    desk.turn_to(f"{status} {label}")
    page = list_cases(services.context, actor, statuses=(status,), label=label, page=desk.page)
    desk.page = page.number
    items = desk.place(page.items)
    left, middle, right = st.columns([26, 46, 28], gap="medium")
    if not items or desk.revision_id is None:
        with left:
            keys = _nothing_left(desk, services, actor, status)
        _keyboard(desk, "none", keys)
        return
    try:
        view = load_case(services.context, actor, desk.revision_id)
    except NotFound as gone:
        st.warning(str(gone))
        return
    now = services.clock.now()
    with left:
        pager(desk, page)
        queue_list(desk, items, is_paged=page.pages > 1)
    with middle:
        text_place = case_card(view, now, desk.words)
        keys = action_row(desk, services, actor, view)
        message_line(desk)
        if status is not CaseStatus.CLOSED:
            reason_row(desk, view)
            note_box(desk, view)
        keyboard_place = st.container()
    with right:
        table_place = why_flagged(view, desk, services.service_asked)
        author_panel(view)
        history_panel(view, now)
    with keyboard_place:
        _keyboard(desk, f"{view.revision.id}_{len(view.chain)}", keys)
    if desk.wants_words and desk.words is None and not desk.words_refusal:
        # Last, when the keys are drawn and work: this takes as long as some hundred comments.
        look_at_words(desk, services, actor)
        card_text(text_place, view, desk.words)
        scores_or_words(table_place, view, desk)


def _keyboard(desk: Desk, card: str, keys: Collection[str]) -> None:
    keyboard(draw=desk.draws, card=card, filters=desk.filters, deciding=keys)


def _nothing_left(
    desk: Desk, services: Services, actor: Actor, status: CaseStatus
) -> Collection[str]:
    if status in NOTHING_HERE:
        words, icon = NOTHING_HERE[status]
        st.info(words, icon=icon)
    else:
        st.success("The queue is empty. Thank you.", icon=":material/done_all:")
        st.caption("`modconsole ingest` brings in comments, `modconsole score` decides on them.")
    message_line(desk)
    return undo_button(desk, services, actor)


if __name__ == "__main__":
    render(current_services(), current_actor())
