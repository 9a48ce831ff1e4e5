"""Overview: is scoring healthy, what is likely wrong, what to do, and who is shut out."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConfigError, PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.services.objectives import ObjectivesReport
from core.services.traffic import LogOverview, view_log
from core.setting_values import NOT_SET
from dashboard.overview.parts import (
    alerts_card,
    backends_card,
    changes_card,
    head_card,
    objectives_row,
    shut_out_card,
    time_card,
)
from dashboard.overview.view import OverviewData, load_overview, load_report
from dashboard.overview.wording import head
from dashboard.problems import told
from dashboard.questions import questions_card
from dashboard.serving_log import REFRESH_S, contents_note
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import ago, plain, viewer_zone


@st.fragment(run_every=REFRESH_S)  # safe to refresh: nobody decides anything on this page
def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    settings = services.settings
    home = f"{settings.home} {settings.state_url}"
    try:
        log = view_log(actor, services.serving_log_queries, services.clock)
        _title(log)
        with st.spinner(say("overview.page.reading")):
            data = load_overview(
                actor.roles, home, _services=services, _actor=actor, _until=log.until
            )
        _page(services, actor, home, data)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    contents_note(log.contents)


def _title(log: LogOverview) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.overview"), width="content", anchor=False)
        st.space("stretch")
        newest = log.newest_at
        st.caption(
            say("overview.page.no_call")
            if newest is None
            else say("overview.page.newest", ago=ago(newest, log.until)),
            width="content",
        )


def _page(services: Services, actor: Actor, home: str, data: OverviewData) -> None:
    serving = data.serving
    head_card(actor, head(serving, viewer_zone(st.context.timezone)))
    report = _objectives(services, actor, home)
    left, right = st.columns([55, 45], gap="medium")
    with left:
        backends_card(actor, data.site.statuses, serving.until)
        time_card(serving.facts)
    with right:
        shut_out_card(actor, serving)
        changes_card(serving)
        if report is not None:
            has_receiver = services.settings.webhook_url != NOT_SET
            alerts_card(report, has_receiver=has_receiver)
    questions_card(actor)


def _objectives(services: Services, actor: Actor, home: str) -> ObjectivesReport | None:
    try:
        with st.spinner(say("overview.page.counting")):
            report = load_report(actor.roles, home, _services=services, _actor=actor)
    except ConfigError as error:
        st.error(plain(told(error)), icon=":material/description:")
        return None
    objectives_row(actor, report)
    return report


if __name__ == "__main__":
    render(current_services(), current_actor())
