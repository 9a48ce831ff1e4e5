"""Second looks: one text after another, judged without its decision."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.decisions import MAX_NOTE_CHARS
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.quality import load_own_golden
from core.services.second_looks import (
    SecondLookCard,
    SettledLook,
    list_own_settled,
    next_look,
)
from dashboard.covered import covered_text, wants_cover
from dashboard.keyboard import keyboard
from dashboard.problems import told
from dashboard.reason_words import reason_words
from dashboard.second_looks.place import LookPlace
from dashboard.second_looks.wording import golden_words, settled_title
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import no_longer_shown, plain

WIDTH = 880
"""Pixels: a line of the comment can be read without turning the head."""
BUTTONS = (
    (Action.APPROVE, "second_looks.form.keep", "A", ":material/check:"),
    (Action.REMOVE, "second_looks.form.remove", "X", ":material/block:"),
)
ACTING = ("answer",)
"""How the keys of the buttons that cause a redraw begin."""


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        card = next_look(services.context, actor)
        own = load_own_golden(services.context, actor)
        settled = list_own_settled(services.context, actor)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    place: LookPlace = st.session_state.setdefault(f"looks_{actor.id}", LookPlace())
    place.draws += 1
    place.open(card.look_id if card else None)
    is_covered = wants_cover(services, actor)
    with st.container(width=WIDTH):
        st.subheader(say("common.page.second_looks"), anchor=False)
        st.caption(say("second_looks.page.about"))
        if card is None:
            st.info(say("second_looks.page.nothing_waits"), icon=":material/done_all:")
        else:
            _text(card, is_covered=is_covered)
            _form(place, services, actor, card)
        if place.refusal:
            st.warning(plain(place.refusal), icon=":material/info:")
        if place.is_saved:
            st.success(say("second_looks.page.saved"), icon=":material/check:")
        if own is not None:
            st.caption(golden_words(own.found))
        for each in settled:
            _settled(each, is_covered=is_covered)


def _text(card: SecondLookCard, *, is_covered: bool) -> None:
    with st.container(border=True, key=f"look_{card.look_id}"):
        if card.ancestors:
            st.caption(say("second_looks.card.in_reply_to"))
            for entry in card.ancestors:
                st.text(covered_text(entry.text, is_wanted=is_covered) or no_longer_shown())
            st.caption(say("second_looks.card.comment"))
        st.text(covered_text(card.text, is_wanted=is_covered))


def _settled(look: SettledLook, *, is_covered: bool) -> None:
    with st.expander(settled_title(look)):
        st.text(covered_text(look.text, is_wanted=is_covered))
        st.caption(say("second_looks.settled.why", person=plain(look.found.actor)))
        st.text(look.found.note)


def _form(place: LookPlace, services: Services, actor: Actor, card: SecondLookCard) -> None:
    st.markdown(f"**{say('second_looks.form.ask')}**")
    st.caption(say("second_looks.form.reasons"))
    with st.container(horizontal=True, gap="small"):
        for number, reason in enumerate(card.policy.reasons, start=1):
            words = reason_words(reason)
            st.button(
                words.title,
                key=f"reason_{reason.code}_{card.look_id}",
                shortcut=str(number),
                type="primary" if place.reason_code == reason.code else "secondary",
                help=words.text,
                on_click=place.press_reason,
                args=(reason.code,),
            )
    note_key = f"note_{card.look_id}"
    st.text_area(
        say("second_looks.form.note"),
        key=note_key,
        height=80,
        max_chars=MAX_NOTE_CHARS,
        placeholder=say("second_looks.form.note_hint"),
    )
    for column, (action, name, key, icon) in zip(st.columns(2), BUTTONS, strict=True):
        column.button(
            say(name),
            key=f"answer_{action}_{card.look_id}",
            shortcut=key,
            icon=icon,
            width="stretch",
            on_click=place.press_answer,
            args=(services, actor, card.look_id, action, note_key),
        )
    keyboard(
        draw=place.draws,
        card=card.look_id,
        buttons=ACTING,
        deciding=[key for _, _, key, _ in BUTTONS],
        has_note=True,
    )


if __name__ == "__main__":
    render(current_services(), current_actor())
