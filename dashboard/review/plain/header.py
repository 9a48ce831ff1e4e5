"""The top of the review page: counters and filters."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor
from core.moderation.scores import Label
from core.services.queries import count_queue
from dashboard.address_choices import read_in_any_language
from dashboard.staff_texts import count, say
from dashboard.wording import ago

ALL = "All"
FILTERS: dict[str, Label | None] = {
    ALL: None,
    "Toxicity": Label.TOXICITY,
    "Obscene": Label.OBSCENE,
    "Threat": Label.THREAT,
    "Insult": Label.INSULT,
    "Identity attack": Label.IDENTITY_ATTACK,
}
WAITING = "Waiting"
STATUSES = {
    WAITING: CaseStatus.OPEN,
    "Escalated": CaseStatus.ESCALATED,
    "Decided": CaseStatus.CLOSED,
}
"""As links name them, in every language."""
_FILTER_WORDS = {
    name: f"plain.label.{label.name.lower() if label else 'all'}" for name, label in FILTERS.items()
}
_STATUS_WORDS = {name: f"plain.status.{each.name.lower()}" for name, each in STATUSES.items()}


def header(services: Services, actor: Actor) -> tuple[CaseStatus, Label | None]:
    """Title, counters and filters. Returns the chosen status and label (None: all labels)."""
    read_in_any_language("status", _STATUS_WORDS)
    read_in_any_language("label", _FILTER_WORDS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.review"), width="content", anchor=False)
        _counters(services, actor)
        st.space("stretch")
        status = st.segmented_control(
            say("review.facet.status"),
            STATUSES,
            default=WAITING,
            key="status",
            format_func=_said(_STATUS_WORDS),
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        label = st.selectbox(
            say("review.facet.label"),
            FILTERS,
            key="label",
            format_func=_said(_FILTER_WORDS),
            label_visibility="collapsed",
            width=150,
            bind="query-params",
        )
    return STATUSES[status or WAITING], FILTERS[label or ALL]


def _said(keys: Mapping[str, str]) -> Callable[[str], str]:
    """The words of each option, in the language of this run wherever they are asked for."""
    return {name: say(key) for name, key in keys.items()}.__getitem__


@st.fragment(run_every="10s")
def _counters(services: Services, actor: Actor) -> None:
    """The size of the queue. The only part of this page that refreshes by itself."""
    known, now = count_queue(services.context, actor), services.clock.now()
    with st.container(horizontal=True, width="content", gap="small"):
        st.badge(count("plain.counter.waiting", known.open), color="gray")
        if known.escalated:
            st.badge(count("plain.counter.escalated", known.escalated), color="orange")
        if known.oldest_opened_at:
            oldest = say("plain.counter.oldest", ago=ago(known.oldest_opened_at, now))
            st.badge(oldest, color="gray")
        if known.not_scored_yet:
            st.badge(count("plain.counter.not_scored", known.not_scored_yet), color="blue")
