"""The reasons for a removal by number, as buttons: a radio button would swallow the letter keys."""

import streamlit as st

from core.moderation.policies import Policy
from dashboard.appeals.place import HearingPlace
from dashboard.reason_words import reason_words
from dashboard.staff_texts import say


def reason_row(place: HearingPlace, policy: Policy, caption: str, *, without: str | None) -> None:
    """The reasons of `policy`, but the one with the code `without`."""
    st.caption(caption)
    with st.container(horizontal=True, gap="small"):
        for number, reason in enumerate(policy.reasons, start=1):
            if reason.code == without:
                continue
            is_chosen = place.reason_code == reason.code
            words = reason_words(reason)
            st.button(
                words.title,
                key=f"reason_{reason.code}_{place.appeal_id}",
                shortcut=str(number),
                type="primary" if is_chosen else "secondary",
                help=words.text,
                on_click=place.press_reason,
                args=(reason.code,),
            )


def refusal_line(place: HearingPlace) -> None:
    """Why the last press changed nothing."""
    if place.refusal:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(say("appeals.outcome.not_saved"), icon=":material/info:", color="orange")
            st.text(place.refusal)
