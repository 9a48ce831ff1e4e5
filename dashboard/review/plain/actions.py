"""The reviewer's buttons. Each button's key contains the case and version it was drawn for, so
that a late press can't decide the next case."""

from collections.abc import Collection

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.cases import TRANSITIONS, CaseStatus
from core.moderation.permissions import Actor, check_can, decide_permission
from core.moderation.policies import Action
from core.services.queries import CaseView
from core.services.reopen import load_case_reopening
from core.store.views import OwnDecision
from dashboard.problems import told
from dashboard.reason_words import reason_words
from dashboard.review.case_wording import standing_line
from dashboard.review.plain.desk import (
    Desk,
    press_decide,
    press_reason,
    press_reopen,
    press_skip,
    press_undo,
)
from dashboard.staff_texts import count, say

BUTTONS = (
    (Action.APPROVE, "desk.button.approve", "A", ":material/check:", "secondary"),
    (Action.REMOVE, "desk.button.remove", "X", ":material/block:", "primary"),
    (Action.ESCALATE, "desk.button.escalate", "E", ":material/flag:", "secondary"),
)

NO_WORDS = "\u00a0"


def action_row(desk: Desk, services: Services, actor: Actor, view: CaseView) -> Collection[str]:
    """Approve, remove, escalate, skip and undo, or reopen; or why this person may not. Returns the
    shortcut keys of the enabled buttons."""
    case, version = view.case, len(view.chain)
    if case.status is CaseStatus.CLOSED:
        return _reopen_row(desk, services, actor, view)
    try:
        check_can(actor, decide_permission(case.status))
    except PermissionDenied as refusal:
        st.info(told(refusal), icon=":material/lock:")
        return ()
    keys = [key for action, _, key, *_ in BUTTONS if (case.status, action) in TRANSITIONS]
    drawn_for = f"{view.revision.id}_{version}"
    row = st.container(horizontal=True, gap="small")
    for action, words, key, icon, kind in BUTTONS:
        row.button(
            say(words),
            key=f"{action}_{drawn_for}",
            shortcut=key,
            icon=icon,
            type=kind,  # type: ignore[arg-type]  # one of the two literals above
            width="stretch",
            disabled=(case.status, action) not in TRANSITIONS,
            on_click=press_decide,
            args=(desk, services, actor),
            kwargs={"revision": view.revision, "version": version, "action": action},
        )
    row.button(
        say("desk.button.skip"),
        key=f"skip_{drawn_for}",
        shortcut="S",
        icon=":material/skip_next:",
        type="tertiary",
        width="stretch",
        on_click=press_skip,
        args=(desk, services, actor, view.revision.id),
    )
    with row:
        return [*keys, "S", *undo_button(desk, services, actor)]


def _reopen_row(desk: Desk, services: Services, actor: Actor, view: CaseView) -> Collection[str]:
    """The decision in force, and the button to reopen it, enabled for people who may."""
    version = len(view.chain)
    refusal = load_case_reopening(services.context, actor, view.revision.id).refusal
    columns = st.columns([9, 5], vertical_alignment="center")
    columns[0].text(told(refusal) or standing_line(view.chain[-1]))
    columns[1].button(
        say("desk.button.reopen"),
        key=f"reopen_{view.revision.id}_{version}",
        shortcut="O",
        icon=":material/replay:",
        width="stretch",
        disabled=bool(refusal),
        on_click=press_reopen,
        args=(desk, services, actor, view.revision.id, version),
    )
    return () if refusal else ("O",)


def undo_button(desk: Desk, services: Services, actor: Actor) -> Collection[str]:
    """The button's key contains the decision to undo, so that a double press undoes only one.
    Returns its shortcut key while there is something to undo."""
    newest = desk.undoable[-1] if desk.undoable else OwnDecision("none", 0)
    st.button(
        say("desk.button.undo"),
        key=f"undo_{newest.revision_id}_{newest.version}",
        shortcut="U",
        icon=":material/undo:",
        type="tertiary",
        width="stretch",
        disabled=not desk.undoable,
        on_click=press_undo,
        args=(desk, services, actor, newest),
    )
    return ("U",) if desk.undoable else ()


def reason_row(desk: Desk, view: CaseView) -> None:
    """The reasons for a removal by number. Buttons, because a radio swallows the letter keys."""
    st.caption(say("plain.card.reason"))
    with st.container(horizontal=True, gap="small"):
        for number, reason in enumerate(view.current_policy.reasons, start=1):
            is_chosen = desk.reason_code == reason.code
            words = reason_words(reason)
            st.button(
                words.title,
                key=f"reason_{reason.code}_{view.revision.id}",
                shortcut=str(number),
                icon=":material/radio_button_checked:" if is_chosen else None,
                help=words.text,
                on_click=press_reason,
                args=(desk, view.revision.id, reason.code),
            )


def message_line(desk: Desk) -> None:
    """The result of the last press. Drawn even when empty, so that nothing below moves."""
    with st.container(horizontal=True, vertical_alignment="center", height=36, border=False):
        words = desk.message
        st.markdown(f":{'red' if desk.is_error else 'gray'}[{words or NO_WORDS}]")
        if desk.last_reference and words:
            st.page_link(
                "lookup/screen.py",
                label=say("desk.button.author_sees"),
                icon=":material/open_in_new:",
                query_params={"reference": desk.last_reference},
            )
        if desk.decided:
            st.space("stretch")
            st.caption(count("plain.decided", desk.decided))


def note_box(desk: Desk, view: CaseView) -> None:
    """The note to the author. Letters typed here trigger no shortcuts."""
    key = f"note_{view.revision.id}_{len(view.chain)}"

    def keep() -> None:
        desk.note = str(st.session_state[key])

    st.text_input(
        say("plain.card.note"),
        key=key,
        max_chars=500,
        on_change=keep,
        placeholder=say("plain.card.note_hint"),
    )
