"""Quality: how far people agree, disagreements to settle, golden items, what the model misses."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.services.quality import QualityReport, load_quality
from dashboard.address_choices import read_in_any_language
from dashboard.problems import told
from dashboard.quality.agreement import figures_view
from dashboard.quality.golden import golden_view
from dashboard.quality.inbox import inbox_view
from dashboard.quality.place import QualityPlace
from dashboard.quality.wording import SPANS, VIEWS, QualitySpan, View
from dashboard.span_choice import choose_span
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    place: QualityPlace = st.session_state.setdefault(f"quality_{actor.id}", QualityPlace())
    view, span = _header()
    try:
        report = _load(services, actor, span)
        _outcome(place)
        if view is View.DISAGREEMENTS:
            inbox_view(place, services, actor)
        elif view is View.GOLDEN:
            golden_view(place, services, actor, report.policy)
        else:
            figures_view(report)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")


def _load(services: Services, actor: Actor, span: QualitySpan) -> QualityReport:
    since = services.clock.now() - SPANS[span]
    return load_quality(services.context, actor, services.policy_history, since)


def _header() -> tuple[View, QualitySpan]:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.quality"), width="content", anchor=False)
        read_in_any_language("part", {each: f"quality.view.{each.name.lower()}" for each in View})
        view = st.segmented_control(
            say("quality.page.part"),
            list(View),
            default=View.FIGURES,
            key="part",
            format_func=VIEWS.__getitem__,
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        chosen = View(view or View.FIGURES)
        if chosen is not View.FIGURES:
            return chosen, QualitySpan.QUARTER  # lists have no span
        st.space("stretch")
        return chosen, choose_span(QualitySpan.QUARTER, "quality.span")


def _outcome(place: QualityPlace) -> None:
    if place.refusal:
        st.error(plain(place.refusal), icon=":material/error:")
    elif place.done:
        st.success(plain(place.done), icon=":material/check:")


if __name__ == "__main__":
    render(current_services(), current_actor())
