"""Backends: which ones are in use, the state of each, and how they score one comment."""

from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Permission, check_can
from core.services.backends import SiteBackends
from core.services.traffic import LogOverview, view_log
from core.servinglog.windows import WindowChoice, smallest_window
from dashboard.backends.card import backend_card
from dashboard.backends.table import backends_table
from dashboard.backends.trial import trial_panel
from dashboard.backends.view import BackendsPageState, carry_out_check, load_site, newest_live
from dashboard.backends.wording import headline, site_facts, unassessed_lines
from dashboard.problems import told
from dashboard.serving_log import REFRESH_S, contents_note, refused_note, window_control
from dashboard.staff_texts import said, say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

_WINDOWS = said("common.window", WindowChoice)


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        check_can(actor, Permission.SEE_SERVING)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    if st.session_state.get("backends_page_of") != actor.id:
        st.session_state["backends_page_of"] = actor.id
        st.session_state["backends_page"] = BackendsPageState()
    _statuses(services, actor)


@st.fragment(run_every=REFRESH_S)  # calls no backend: it reads the serving log
def _statuses(services: Services, actor: Actor) -> None:
    page: BackendsPageState = st.session_state["backends_page"]
    try:
        log = view_log(actor, services.serving_log_queries, services.clock)
        carry_out_check(page, services, actor)
        choice, place = _title_row(log)
        site, traffic = load_site(services, actor, choice, log.until)
    except StoreError as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    now = log.until
    with place:
        _facts(site, now)
    _alerts(site, now)
    refused_note(traffic.refused, now)
    status, window = page.place(site.statuses), _WINDOWS[choice]
    backends_table(page, site.statuses, now)
    left, right = st.columns([46, 54], gap="medium")
    with left:
        backend_card(page, status, actor, now=now, window=window)
    with right:
        _trial(services, actor)
    contents_note(log.contents)


@st.fragment
def _trial(services: Services, actor: Actor) -> None:
    trial_panel(st.session_state["backends_page"], services, actor, services.catalogue())


def _title_row(log: LogOverview) -> tuple[WindowChoice, DeltaGenerator]:
    """Title, a container for the facts, and the choice of window."""
    default = smallest_window(newest_live(log), log.until)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.backends"), width="content", anchor=False)
        place = st.container(horizontal=True, width="content", gap="small")
        st.space("stretch")
        choice = window_control(default)
    return choice, place


def _alerts(site: SiteBackends, now: datetime) -> None:
    """Known problems, the most serious first."""
    found = headline(site, now)
    if found is not None:
        nothing_scores, words = found
        show = st.error if nothing_scores else st.warning
        show(plain(words), icon=":material/error:" if nothing_scores else ":material/warning:")
    if lines := unassessed_lines(site):
        st.warning(plain(" ".join(lines)), icon=":material/translate:")
    if site.file_problem is not None:
        st.error(plain(told(site.file_problem)), icon=":material/description:")


def _facts(site: SiteBackends, now: datetime) -> None:
    """The backend in force, its fallback, and what happens when neither answers."""
    for words, color in site_facts(site, now):
        st.badge(plain(words), color=color)


if __name__ == "__main__":
    render(current_services(), current_actor())
