"""The choice of what a window is compared with."""

from collections.abc import Sequence
from datetime import tzinfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.moderation.permissions import Actor
from core.services.comparison import Comparand, Comparison
from core.services.traffic import LogOverview
from core.servinglog.queries import ServingLogQueries
from dashboard.latency.change_wording import comparand_label, compared_line
from dashboard.latency.header import Header
from dashboard.latency.view import load_comparands, load_comparison

COMPARE_KEY = "compare"


def _control(comparands: Sequence[Comparand]) -> tuple[Comparand, DeltaGenerator]:
    """The chosen one, and the place for a line about it. The choice is part of the address."""
    by_label = {comparand_label(one): one for one in comparands}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Compared with", width="content")
        chosen = st.selectbox(
            "Compared with",
            list(by_label),
            key=COMPARE_KEY,
            label_visibility="collapsed",
            width=260,
            bind="query-params",
        )
        line = st.container(width="content")
    return by_label.get(chosen or "", comparands[0]), line


def show_comparison(
    header: Header, log: LogOverview, queries: ServingLogQueries, actor: Actor, zone: tzinfo
) -> Comparison:
    """The choice, a line about it, and the comparison. Raises StoreError, PermissionDenied."""
    asked = (actor.roles, str(queries.directory), header.choice, header.traffic)
    comparands = load_comparands(
        *asked, _actor=actor, _queries=queries, _series=log.series, _until=log.until
    )
    comparand, line = _control(comparands)
    found = load_comparison(*asked, comparand, _actor=actor, _queries=queries, _until=log.until)
    line.caption(compared_line(found, zone))
    return found
