"""Reopening the decision on a comment that staff looked up."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Action
from core.services.reopen import Reopening, load_reopening, reopen
from dashboard.problems import told
from dashboard.staff_texts import say


def reopening_panel(services: Services, actor: Actor, reference: str) -> None:
    """A button, or why this person may not reopen; draws nothing for roles that never reopen. The
    session keeps why the button failed, or None once it reopened the decision."""
    if not can(actor, Permission.OPEN_CASE):
        return
    found = load_reopening(services.context, actor, reference)
    message_key = f"reopening_{found.revision_id}"
    with st.container(border=True):
        st.markdown(f"**{say('lookup.again.title')}**")
        if found.refusal or found.decision is None:
            problem = st.session_state.get(message_key, told(found.refusal))
            st.text(say("lookup.again.done") if problem is None else problem)
            return
        st.caption(say("lookup.again.about"))
        is_visible = found.decision.action is Action.APPROVE
        st.button(
            say("lookup.again.open_case") if is_visible else say("lookup.again.reopen"),
            key=f"reopen_{found.revision_id}_{found.seen_version}",
            icon=":material/replay:",
            on_click=_reopen,
            args=(services, actor, found, message_key),
        )


def _reopen(services: Services, actor: Actor, found: Reopening, message_key: str) -> None:
    try:
        reopen(services.context, actor, found.revision_id, seen_version=found.seen_version)
    except ConsoleError as error:
        st.session_state[message_key] = told(error)
    else:
        st.session_state[message_key] = None
