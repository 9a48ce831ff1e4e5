"""Hearing an appeal: the open appeal, and the form to uphold or overturn the decision."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.appeals import MAX_APPEAL_CHARS, Appeal, check_can_hear
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Permission, check_can
from core.services.appeal import hear_appeal
from core.store.views import AppealItem
from dashboard.wording import APPEALS


@dataclass(slots=True)
class HearingPlace:
    """The state of one session on this page. A plain object, so that callbacks can write to it
    without `st.*` calls, which can interrupt them."""

    appeal_id: str | None = None
    done: str = ""
    refusal: str = ""

    def place(self, items: Sequence[AppealItem]) -> AppealItem | None:
        """The open appeal; by default the first one. None while `appeal_id` is set means that the
        appeal has left the list; another one is not opened until the user asks for it."""
        if self.appeal_id is None and items:
            self.appeal_id = items[0].appeal.id
        return next((item for item in items if item.appeal.id == self.appeal_id), None)

    def open(self, appeal_id: str | None) -> None:
        """Open an appeal (None: the first one) and clear the messages about the previous one."""
        self.appeal_id, self.done, self.refusal = appeal_id, "", ""


def barred(actor: Actor, appeal: Appeal, chain: Sequence[Decision]) -> str:
    """Why this person may not hear the appeal, as `core` words it; empty if they may."""
    try:
        check_can(actor, Permission.HEAR_APPEALS)
        check_can_hear(actor.id, appeal, chain)
    except ConsoleError as refusal:
        return str(refusal)
    return ""


def outcome_form(
    place: HearingPlace,
    services: Services,
    actor: Actor,
    item: AppealItem,
    chain: Sequence[Decision],
) -> None:
    """A reason and two buttons for this version, or why this person may not hear the appeal."""
    if why := barred(actor, item.appeal, chain):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.badge("read only", icon=":material/lock:", color="gray")
            st.text(why)
        return
    drawn_for = f"{item.appeal.id}_{len(chain)}"
    reason_key = f"outcome_{drawn_for}"
    with st.form(f"hear_{drawn_for}", border=False, enter_to_submit=False):
        st.text_area(
            "Reason (the author reads it)",
            key=reason_key,
            height=96,
            max_chars=MAX_APPEAL_CHARS,
            placeholder="A sentence at least: what you looked at and why it stands or falls",
        )
        uphold, overturn = st.columns(2)
        uphold.form_submit_button(
            "Uphold the decision",
            key=f"uphold_{drawn_for}",
            icon=":material/gavel:",
            width="stretch",
            wrap=True,
            on_click=hear,
            args=(place, services, actor, item.appeal.id, reason_key),
            kwargs={"overturn": False},
        )
        overturn.form_submit_button(
            "Overturn the decision",
            key=f"overturn_{drawn_for}",
            icon=":material/undo:",
            width="stretch",
            wrap=True,
            on_click=hear,
            args=(place, services, actor, item.appeal.id, reason_key),
            kwargs={"overturn": True},
        )
        if place.refusal:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge("not saved", icon=":material/info:", color="orange")
                st.text(place.refusal)


def hear(
    place: HearingPlace,
    services: Services,
    actor: Actor,
    appeal_id: str,
    reason_key: str,
    *,
    overturn: bool,
) -> None:
    """Callback: one read of the form, then one write. Shows a refusal if a colleague was first."""
    reason = str(st.session_state[reason_key])
    try:
        ended = hear_appeal(services.context, actor, appeal_id, overturn=overturn, reason=reason)
    except ConsoleError as error:
        # The second call of a double click fails when the next appeal is open: ignore it.
        if place.appeal_id == appeal_id:
            place.refusal = str(error)
    else:
        place.open(None)
        place.done = f"Heard: {APPEALS[ended.status]}. The author can read your reason now."
