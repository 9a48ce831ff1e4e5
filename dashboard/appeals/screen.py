"""The appeals page: comment and appeal side by side, heard by a person who took no part before."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.appeals import AppealStatus
from core.moderation.permissions import Actor
from core.services.hearing import Hearing, list_appeals, load_hearing
from dashboard.appeals.appeal_list import appeal_list
from dashboard.appeals.card import appeal_card, heard_card, outcome_card
from dashboard.appeals.facts import facts_panel, hidden_panel
from dashboard.appeals.first_look import first_look_form
from dashboard.appeals.header import IS_PENDING, header
from dashboard.appeals.outcome import outcome_form, refused
from dashboard.appeals.place import HearingPlace
from dashboard.keyboard import keyboard
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import viewer_zone

ACTING = ("look", "overturn", "uphold", "step")
"""How the keys of the buttons that cause a redraw begin."""


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        waiting = list_appeals(services.context, actor, pending=True)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    view = header(services, waiting)
    is_pending = IS_PENDING[view]
    appeals = waiting if is_pending else list_appeals(services.context, actor, pending=False)
    place: HearingPlace = st.session_state.setdefault(f"hearing_{view}_{actor.id}", HearingPlace())
    place.draws += 1
    is_listed = place.place(appeals) is not None
    left, middle, right = st.columns([26, 46, 28], gap="medium")
    keys: tuple[str, ...] = ()
    with left:
        if appeals:
            keys = appeal_list(place, appeals, services.clock.now())
        else:
            nothing = "appeals.nothing.pending" if is_pending else "appeals.nothing.ended"
            st.info(say(nothing), icon=":material/done_all:")
        if place.done is not None:
            heard_card(place.done)
    hearing = None
    with middle:
        if place.appeal_id is not None:
            hearing = load_hearing(services.context, actor, place.appeal_id)
            if not is_listed:
                _has_ended(place, hearing)
            _both_sides(place, services, actor, hearing, keys)
    if hearing is not None:
        with right:
            _facts(services, hearing)


def _both_sides(
    place: HearingPlace,
    services: Services,
    actor: Actor,
    hearing: Hearing,
    step_keys: tuple[str, ...],
) -> None:
    """The card and, below it, what this person may do."""
    zone = viewer_zone(st.context.timezone)
    appeal_card(hearing, services.clock.now(), zone)
    keys: tuple[str, ...] = ()
    card = f"{hearing.appeal.id}_first"
    if hearing.appeal.status is not AppealStatus.PENDING:
        outcome_card(hearing.appeal, zone)
    elif hearing.refusal:
        refused(told(hearing.refusal))
    elif hearing.shown is None:
        keys = first_look_form(place, services, actor, hearing)
    else:
        card = f"{hearing.appeal.id}_{len(hearing.shown.chain)}"
        keys = outcome_form(place, services, actor, hearing, hearing.shown)
    keyboard(
        draw=place.draws,
        card=card,
        buttons=ACTING,
        deciding=(*step_keys, *keys),
        has_note=bool(keys) and hearing.shown is not None,
    )


def _facts(services: Services, hearing: Hearing) -> None:
    if hearing.shown is None:
        hidden_panel()
    else:
        facts_panel(hearing.shown, services.clock.now())


def _has_ended(place: HearingPlace, hearing: Hearing) -> None:
    """The open appeal has left the list: a colleague heard it, or its text is gone."""
    is_closed = hearing.appeal.status is AppealStatus.CLOSED
    words = say("appeals.left.closed" if is_closed else "appeals.left.heard")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(words, width="stretch")
        key = f"next_{place.appeal_id}"
        st.button(say("appeals.left.next"), key=key, on_click=place.open, args=(None,))


if __name__ == "__main__":
    render(current_services(), current_actor())
