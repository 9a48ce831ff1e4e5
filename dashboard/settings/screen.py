"""A person's own settings: language, keys, covered words, what stays out of their queue."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.exposure import SEVERE_FROM
from core.moderation.permissions import Actor, Permission, can
from core.moderation.scores import Label
from core.services.preferences import count_left_out, load_exposure, load_preferences
from dashboard.problems import told
from dashboard.settings.kept import PROBLEM_KEY, Kept, kept_of
from dashboard.settings.language import language_card
from dashboard.settings.wording import left_out_lines
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import LABELS, plain, score_figure


def render(services: Services, actor: Actor) -> None:
    """The page for one person. A change is stored at once."""
    try:
        kept = kept_of(services, actor, load_preferences(services.context, actor))
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.settings"), width="content", anchor=False)
        st.caption(say("settings.page.about"), width="content")
    if problem := st.session_state.pop(PROBLEM_KEY, None):
        st.error(plain(problem), icon=":material/error:")
    left, right = st.columns([62, 38], gap="medium")
    with left:
        if can(actor, Permission.SEE_QUEUE):
            _reading(kept)
            _queue(kept)
        else:
            language_card(kept)
    with right:
        if can(actor, Permission.SEE_QUEUE):
            language_card(kept)
        if can(actor, Permission.DECIDE):
            _exposure(services, actor)
        if can(actor, Permission.DECIDE_ESCALATED):
            _left_out(services, actor)


def _reading(kept: Kept) -> None:
    with st.container(border=True):
        st.markdown(f"**{say('settings.reading.title')}**")
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.reading.shortcuts"), **kept("has_shortcuts"))
            st.caption(say("settings.reading.about_shortcuts"))
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.reading.cover"), **kept("masks_severe"))
            st.caption(say("settings.reading.about_cover"))


def _queue(kept: Kept) -> None:
    with st.container(border=True):
        st.markdown(f"**{say('settings.queue.title')}**")
        with st.container(gap="xsmall"):
            st.pills(
                say("settings.queue.topics"),
                list(Label),
                selection_mode="multi",
                format_func=LABELS.__getitem__,
                **kept("left_out"),
            )
            st.caption(say("settings.queue.about_topics"))
        with st.container(gap="xxsmall"):
            st.toggle(say("settings.queue.lighter"), **kept("is_lighter"))
            st.caption(say("settings.queue.about_lighter", score=score_figure(SEVERE_FROM)))
        st.caption(say("settings.queue.others"))


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


if __name__ == "__main__":
    render(current_services(), current_actor())
