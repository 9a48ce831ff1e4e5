"""The outcome of an appeal: the form that ends it, or why this person may not."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.appeals import MAX_APPEAL_CHARS
from core.moderation.permissions import Actor
from core.services.hearing import Hearing, ShownDecision
from dashboard.appeals.place import HearingPlace
from dashboard.appeals.reasons import reason_row, refusal_line
from dashboard.appeals.wording import reason_title
from dashboard.staff_texts import say


def refused(why: str) -> None:
    """Why this person may only read."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.badge(say("appeals.outcome.read_only"), icon=":material/lock:", color="gray")
        st.text(why)


def outcome_form(
    place: HearingPlace, services: Services, actor: Actor, hearing: Hearing, shown: ShownDecision
) -> tuple[str, ...]:
    """A reason for the author and two buttons for this version. Returns their shortcut keys."""
    drawn_for = f"{hearing.appeal.id}_{len(shown.chain)}"
    words_key = f"note_{drawn_for}"
    policy, standing = hearing.current_policy, shown.chain[-1]
    if place.reason_code == standing.reason_code:
        place.reason_code = None  # that of the first answer: it stands for this one
    reason_row(
        place,
        policy,
        say("appeals.outcome.other_reason"),
        without=standing.reason_code,
    )
    stays_for = reason_title(policy, place.reason_code or standing.reason_code)
    stays = say("appeals.outcome.stays", reason=stays_for)
    with st.form(f"hear_{drawn_for}", border=False, enter_to_submit=False):
        st.text_area(
            say("appeals.outcome.words"),
            key=words_key,
            height=96,
            max_chars=MAX_APPEAL_CHARS,
            placeholder=say("appeals.outcome.hint"),
        )
        restore, keep = st.columns(2)
        for column, name, words, key, icon, overturn in (
            (restore, "overturn", say("appeals.outcome.restore"), "A", ":material/undo:", True),
            (keep, "uphold", stays, "X", ":material/gavel:", False),
        ):
            column.form_submit_button(
                words,
                key=f"{name}_{drawn_for}",
                shortcut=key,
                icon=icon,
                width="stretch",
                wrap=True,
                on_click=place.press_hear,
                args=(services, actor, hearing.appeal.id, words_key),
                kwargs={"overturn": overturn},
            )
        refusal_line(place)
    return ("A", "X")
