"""The first answer to an appeal, before the decision is shown."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.hearing import Hearing
from dashboard.appeals.place import HearingPlace
from dashboard.appeals.reasons import reason_row, refusal_line
from dashboard.staff_texts import say

BUTTONS = (
    (Action.APPROVE, "appeals.first_look.keep", "A", ":material/check:"),
    (Action.REMOVE, "appeals.first_look.remove", "X", ":material/block:"),
)


def first_look_form(
    place: HearingPlace, services: Services, actor: Actor, hearing: Hearing
) -> tuple[str, ...]:
    """Two buttons, and the reasons for the second. Returns the buttons' shortcut keys."""
    st.markdown(f"**{say('appeals.first_look.ask')}**")
    reason_row(
        place,
        hearing.current_policy,
        say("appeals.first_look.reasons"),
        without=None,
    )
    for column, (action, name, key, icon) in zip(st.columns(2), BUTTONS, strict=True):
        column.button(
            say(name),
            key=f"look_{action}_{hearing.appeal.id}",
            shortcut=key,
            icon=icon,
            width="stretch",
            on_click=place.press_look,
            args=(services, actor, hearing.appeal.id, action),
        )
    refusal_line(place)
    return ("A", "X")
