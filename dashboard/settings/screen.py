"""A person's own settings: keys, covered words, and what stays out of their queue."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError, PermissionDenied
from core.moderation.permissions import Actor, Permission, can
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.preferences import (
    count_left_out,
    load_exposure,
    load_preferences,
    save_preferences,
)
from dashboard.settings.wording import (
    LEFT_OUT,
    LIGHTER,
    MASKING,
    NOTHING_LEFT,
    OTHERS,
    PAUSE,
    SEVERE_MEANS,
    SHORTCUTS,
    TOPICS,
    left_out_lines,
)
from dashboard.wiring import current_actor, current_services
from dashboard.wording import LABELS, plain

PROBLEM_KEY = "settings_problem"


def render(services: Services, actor: Actor) -> None:
    """The page for one person. A change is stored at once."""
    try:
        stored = load_preferences(services.context, actor)
    except PermissionDenied as refusal:
        st.error(str(refusal))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Settings", width="content", anchor=False)
        st.caption("They are your own, and a change is stored at once.", width="content")
    if problem := st.session_state.pop(PROBLEM_KEY, None):
        st.error(plain(problem), icon=":material/error:")
    left, right = st.columns([62, 38], gap="medium")
    with left:
        _reading(services, actor, stored)
        _queue(services, actor, stored)
    with right:
        if can(actor, Permission.DECIDE):
            _exposure(services, actor)
        if can(actor, Permission.DECIDE_ESCALATED):
            _left_out(services, actor)


def _reading(services: Services, actor: Actor, stored: Preferences) -> None:
    save = partial(_save, services, actor)
    with st.container(border=True):
        st.markdown("**Deciding and reading**")
        with st.container(gap="xxsmall"):
            st.toggle("Keyboard shortcuts", **_kept("has_shortcuts", stored, save))
            st.caption(SHORTCUTS)
        with st.container(gap="xxsmall"):
            st.toggle("Cover severe words", **_kept("masks_severe", stored, save))
            st.caption(MASKING)


def _queue(services: Services, actor: Actor, stored: Preferences) -> None:
    save = partial(_save, services, actor)
    with st.container(border=True):
        st.markdown("**What stays out of your queue**")
        with st.container(gap="xsmall"):
            st.pills(
                "Topics to leave out",
                list(Label),
                selection_mode="multi",
                format_func=LABELS.__getitem__,
                **_kept("left_out", stored, save),
            )
            st.caption(TOPICS)
        with st.container(gap="xxsmall"):
            st.toggle("Lighter queue", **_kept("is_lighter", stored, save))
            st.caption(LIGHTER)
        st.caption(OTHERS)


def _exposure(services: Services, actor: Actor) -> None:
    exposure = load_exposure(services.context, actor)
    with st.container(border=True):
        st.markdown("**Your last hour**")
        with st.container(horizontal=True, gap="large"):
            st.metric("Decided", exposure.decided_this_hour, width="content", format="localized")
            st.metric("Severe", exposure.severe_this_hour, width="content", format="localized")
        if exposure.suggests_pause:
            st.info(PAUSE, icon=":material/pause_circle:")
        st.caption(SEVERE_MEANS)


def _left_out(services: Services, actor: Actor) -> None:
    lines = left_out_lines(count_left_out(services.context, actor))
    with st.container(border=True):
        st.markdown("**Cases that nobody takes**")
        with st.container(gap="xxsmall"):
            for line in lines or [NOTHING_LEFT]:
                st.markdown(line)
        st.caption(LEFT_OUT)


def _kept(name: str, stored: Preferences, save: Any) -> dict[str, Any]:
    """The arguments of a widget that always shows what is stored."""
    key = f"settings_{name}"
    value = getattr(stored, name)
    st.session_state[key] = list(value) if isinstance(value, tuple) else value
    return {"key": key, "on_change": save, "args": (name, key)}


def _save(services: Services, actor: Actor, name: str, key: str) -> None:
    value = st.session_state[key]
    changed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
    try:
        stored = load_preferences(services.context, actor)
        save_preferences(services.context, actor, replace(stored, **changed))
    except ConsoleError as error:
        st.session_state[PROBLEM_KEY] = f"Not stored: {error}"


if __name__ == "__main__":
    render(current_services(), current_actor())
