"""A person's own settings: language, keys, covered words, what stays out of their queue."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError, PermissionDenied
from core.moderation.exposure import SEVERE_FROM
from core.moderation.permissions import Actor, Permission, can
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.preferences import (
    count_left_out,
    load_exposure,
    load_preferences,
    save_preferences,
)
from core.texts.texts import STAFF_LANGUAGES, texts_in
from dashboard.settings.wording import left_out_lines
from dashboard.staff_language import read_in_own_language
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import LABELS, plain, score_figure

PROBLEM_KEY = "settings_problem"


def render(services: Services, actor: Actor) -> None:
    """The page for one person. A change is stored at once."""
    try:
        stored = load_preferences(services.context, actor)
    except PermissionDenied as refusal:
        st.error(str(refusal))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.settings"), width="content", anchor=False)
        st.caption(say("settings.page.about"), width="content")
    if problem := st.session_state.pop(PROBLEM_KEY, None):
        st.error(plain(problem), icon=":material/error:")
    left, right = st.columns([62, 38], gap="medium")
    with left:
        if can(actor, Permission.SEE_QUEUE):
            _reading(services, actor, stored)
            _queue(services, actor, stored)
        else:
            _language(services, actor, stored)
    with right:
        if can(actor, Permission.SEE_QUEUE):
            _language(services, actor, stored)
        if can(actor, Permission.DECIDE):
            _exposure(services, actor)
        if can(actor, Permission.DECIDE_ESCALATED):
            _left_out(services, actor)


def _reading(services: Services, actor: Actor, stored: Preferences) -> None:
    save = partial(_save, services, actor)
    with st.container(border=True):
        st.markdown(f"**{say('settings.reading.title')}**")
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.reading.shortcuts"), **_kept("has_shortcuts", stored, save))
            st.caption(say("settings.reading.about_shortcuts"))
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.reading.cover"), **_kept("masks_severe", stored, save))
            st.caption(say("settings.reading.about_cover"))


def _queue(services: Services, actor: Actor, stored: Preferences) -> None:
    save = partial(_save, services, actor)
    with st.container(border=True):
        st.markdown(f"**{say('settings.queue.title')}**")
        with st.container(gap="xsmall"):
            st.pills(
                say("settings.queue.topics"),
                list(Label),
                selection_mode="multi",
                format_func=LABELS.__getitem__,
                **_kept("left_out", stored, save),
            )
            st.caption(say("settings.queue.about_topics"))
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.queue.lighter"), **_kept("is_lighter", stored, save))
            st.caption(say("settings.queue.about_lighter", score=score_figure(SEVERE_FROM)))
        st.caption(say("settings.queue.others"))


def _language(services: Services, actor: Actor, stored: Preferences) -> None:
    with st.container(border=True):
        st.markdown(f"**{say('settings.language.title')}**")
        with st.container(gap="xxsmall"):
            st.selectbox(
                say("settings.language.field"),
                [None, *STAFF_LANGUAGES],
                format_func=_language_name,
                label_visibility="collapsed",
                **_kept("language", stored, partial(_save, services, actor)),
            )
            st.caption(say("settings.language.about"))


def _language_name(code: str | None) -> str:
    """By its own name, so that whoever can read it finds it."""
    if code is None:
        return say("settings.language.browser")
    return texts_in(code).say("language.name")


def _exposure(services: Services, actor: Actor) -> None:
    exposure = load_exposure(services.context, actor)
    with st.container(border=True):
        st.markdown(f"**{say('settings.hour.title')}**")
        with st.container(horizontal=True, gap="large"):
            _tile(say("settings.hour.decided"), exposure.decided_this_hour)
            _tile(say("settings.hour.severe"), exposure.severe_this_hour)
        if exposure.suggests_pause:
            st.info(say("settings.hour.pause"), icon=":material/pause_circle:")
        st.caption(say("settings.hour.severe_means", score=score_figure(SEVERE_FROM)))


def _left_out(services: Services, actor: Actor) -> None:
    lines = left_out_lines(count_left_out(services.context, actor))
    with st.container(border=True):
        st.markdown(f"**{say('settings.left_out.title')}**")
        with st.container(gap="xxsmall"):
            for line in lines or [say("settings.left_out.none")]:
                st.markdown(line)
        st.caption(say("settings.left_out.about"))


def _tile(label: str, figure: int) -> None:
    st.metric(label, figure, width="content", format="localized")


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
        read_in_own_language(services, actor)
    except ConsoleError as error:
        st.session_state[PROBLEM_KEY] = say("settings.page.not_stored", why=str(error))


if __name__ == "__main__":
    render(current_services(), current_actor())
