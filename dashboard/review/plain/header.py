"""The top of the review page: counters and filters."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor
from core.moderation.scores import Label
from core.services.queries import count_queue
from dashboard.wording import LABELS, ago

FILTERS: dict[str, Label | None] = {
    "All": None,
    **{LABELS[label].capitalize(): label for label in Label if label is not Label.SEVERE_TOXICITY},
}
STATUSES = {
    "Waiting": CaseStatus.OPEN,
    "Escalated": CaseStatus.ESCALATED,
    "Decided": CaseStatus.CLOSED,
}


def header(services: Services, actor: Actor) -> tuple[CaseStatus, Label | None]:
    """Title, counters and filters. Returns the chosen status and label (None: all labels)."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Review queue", width="content", anchor=False)
        _counters(services, actor)
        st.space("stretch")
        status = st.segmented_control(
            "Status",
            STATUSES,
            default="Waiting",
            key="status",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        label = st.selectbox(
            "Label",
            FILTERS,
            key="label",
            label_visibility="collapsed",
            width=150,
            bind="query-params",
        )
    return STATUSES[status or "Waiting"], FILTERS[label or "All"]


@st.fragment(run_every="10s")
def _counters(services: Services, actor: Actor) -> None:
    """The size of the queue. The only part of this page that refreshes by itself."""
    count, now = count_queue(services.context, actor), services.clock.now()
    with st.container(horizontal=True, width="content", gap="small"):
        st.badge(f"{count.open:,} waiting", color="gray")
        if count.escalated:
            st.badge(f"{count.escalated:,} escalated", color="orange")
        if count.oldest_opened_at:
            st.badge(f"oldest {ago(count.oldest_opened_at, now)}", color="gray")
        if count.not_scored_yet:
            st.badge(f"{count.not_scored_yet:,} not scored yet", color="blue")
