"""The audit page: events by what, who, about what and when, newest first."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.permissions import Actor, Permission, check_can
from core.services.audit import list_audit
from dashboard.audit.download import PATH
from dashboard.audit.filters import chosen_filter
from dashboard.audit.wording import event_frame
from dashboard.data_table import data_table
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import viewer_zone

MOST_ROWS = 18
WIDTHS = {"when": 150, "what": 190, "who": 110, "about": 250, "details": 500}


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        check_can(actor, Permission.SEE_AUDIT)
    except PermissionDenied as refusal:
        st.error(told(refusal))
        return
    zone = viewer_zone(st.context.timezone)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.audit"), width="content", anchor=False)
        st.space("stretch")
        st.link_button(say("audit.page.export"), PATH, icon=":material/download:")
    chosen = chosen_filter(services, actor, zone)
    places = _places(str(chosen))
    page = list_audit(services.context, actor, chosen, before=places[-1] if places else None)
    if page.events:
        data_table(
            event_frame(page.events, zone),
            _columns(),
            key="audit_events",
            alt=say("audit.page.table"),
            most_rows=MOST_ROWS,
        )
    else:
        st.info(say("audit.page.nothing"), icon=":material/search_off:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("audit.page.newer"),
            key="audit_newer",
            disabled=not places,
            on_click=_newer,
            args=(places,),
        )
        st.button(
            say("audit.page.older"),
            key="audit_older",
            disabled=page.older is None,
            on_click=_older,
            args=(places, page.older),
        )
        st.caption(say("audit.page.how_to_check"))


def _columns() -> dict[str, ColumnConfig]:
    return {
        say(f"audit.column.{name}"): st.column_config.TextColumn(width=width)
        for name, width in WIDTHS.items()
    }


def _places(chosen: str) -> list[int]:
    """Where each page after the first one begins, as far as one has gone back with these
    filters."""
    if st.session_state.get("audit_filter") != chosen:
        st.session_state["audit_filter"], st.session_state["audit_places"] = chosen, []
    places: list[int] = st.session_state["audit_places"]
    return places


def _newer(places: list[int]) -> None:
    places.pop()


def _older(places: list[int], place: int) -> None:
    places.append(place)


if __name__ == "__main__":
    render(current_services(), current_actor())
