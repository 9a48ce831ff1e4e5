"""Parity: the same comments scored by several backends, with a report on how they differ."""

import json
from functools import partial

import streamlit as st

from core.bootstrap.backends import make_named_backend
from core.bootstrap.services import Services
from core.errors import ConsoleError, PermissionDenied, StoreError
from core.moderation.permissions import Actor, Permission, check_can
from core.parity.kept import ComparisonFolder
from core.parity.report import ParityReport, as_data
from core.services.backends import Catalogue
from core.services.parity import compare_stored
from dashboard.parity.form import ComparisonChoice, parity_form
from dashboard.parity.result import result_panel
from dashboard.parity.wording import basis, notice, step
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain, viewer_zone

REPORT_KEY = "parity_report"


def render(services: Services, actor: Actor) -> None:
    """The page for one person. A result stays until the next one or until another sign-in."""
    try:
        check_can(actor, Permission.COMPARE_BACKENDS)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    title = st.container(horizontal=True, vertical_alignment="center")
    catalogue = services.catalogue()
    if catalogue.file_problem is not None:
        st.error(plain(told(catalogue.file_problem)), icon=":material/description:")
    choice = parity_form(catalogue)
    _notices(catalogue, choice)
    if choice.is_pressed:
        _compare(services, actor, choice)
    owner, report = st.session_state.get(REPORT_KEY, (None, None))
    if owner != actor.id:
        report = None
    with title:
        _title(report)
    if report is None:
        st.caption(say("parity.page.why"))
    else:
        result_panel(report)


def _compare(services: Services, actor: Actor, choice: ComparisonChoice) -> None:
    """Leaving the page or pressing anything on it stops the comparison and drops its results."""
    st.session_state.pop(REPORT_KEY, None)
    bar = st.progress(0.0, say("parity.page.reading"))

    def tell(words: str, share: float) -> None:
        bar.progress(min(share, 1.0), plain(step(words)))

    try:
        report = compare_stored(
            services.context,
            actor,
            choice.names,
            partial(make_named_backend, services.settings),
            count=choice.count,
            bundled=services.bundled_sample,
            progress=tell,
        )
    except ConsoleError as error:
        st.error(say("parity.page.not_compared"), icon=":material/error:")
        st.text(told(error))
        return
    finally:
        bar.empty()
    st.session_state[REPORT_KEY] = (actor.id, report)
    try:
        ComparisonFolder(services.settings.comparisons_dir).note(report)
    except StoreError as error:
        st.warning(plain(told(error)), icon=":material/save:")


def _notices(catalogue: Catalogue, choice: ComparisonChoice) -> None:
    for one in catalogue.candidates:
        if one.notice and one.name in choice.names:
            words = say("parity.page.notice", backend=one.name, notice=notice(one.notice))
            st.warning(plain(words), icon=":material/event_busy:")


def _title(report: ParityReport | None) -> None:
    st.subheader(say("common.page.parity"), width="content", anchor=False)
    if report is None:
        st.caption(say("parity.page.about"), width="content")
        return
    st.caption(plain(basis(report, viewer_zone(st.context.timezone))), width="content")
    st.space("stretch")
    st.download_button(
        say("parity.page.download"),
        lambda: json.dumps(as_data(report), indent=1),
        file_name=f"parity-{report.made_at:%Y%m%d-%H%M}.json",
        mime="application/json",
        key="parity_download",
        on_click="ignore",
        icon=":material/download:",
        help=say("parity.page.about_download"),
    )


if __name__ == "__main__":
    render(current_services(), current_actor())
