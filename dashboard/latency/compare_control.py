"""The choice of what a window is compared with."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.moderation.languages import ENGLISH
from core.moderation.permissions import Actor
from core.services.comparison import Comparand, Comparison
from core.services.traffic import LogOverview
from core.servinglog.queries import ServingLogQueries
from core.texts.texts import STAFF_LANGUAGES, staff_texts_in
from dashboard.latency.change_wording import comparand_label, compared_line
from dashboard.latency.header import Header
from dashboard.latency.view import load_comparands, load_comparison
from dashboard.staff_texts import say

COMPARE_KEY = "compare"


def _control(comparands: Sequence[Comparand]) -> tuple[Comparand, DeltaGenerator]:
    """The chosen one, and the place for a line about it. The choice is part of the address."""
    english = staff_texts_in(ENGLISH)
    by_label = {comparand_label(one, english): one for one in comparands}
    words = {label: comparand_label(one) for label, one in by_label.items()}
    _read_in_any_language(by_label)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(say("latency.compare.label"), width="content")
        chosen = st.selectbox(
            say("latency.compare.label"),
            list(by_label),
            key=COMPARE_KEY,
            format_func=words.__getitem__,
            label_visibility="collapsed",
            width=260,
            bind="query-params",
        )
        line = st.container(width="content")
    return by_label.get(chosen or "", comparands[0]), line


def _read_in_any_language(by_label: Mapping[str, Comparand]) -> None:
    """As `address_choices.read_in_any_language`, of words that have a name in them."""
    asked = st.query_params.get(COMPARE_KEY)
    if asked is None or COMPARE_KEY in st.session_state:
        return
    for label, one in by_label.items():
        if asked in {comparand_label(one, staff_texts_in(code)) for code in STAFF_LANGUAGES}:
            st.session_state[COMPARE_KEY] = label


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
