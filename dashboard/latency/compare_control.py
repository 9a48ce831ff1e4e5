"""The choice of what a window is compared with."""

from collections.abc import Sequence
from datetime import tzinfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.services.comparison import Comparand, Comparison
from dashboard.latency.change_wording import comparand_label, compared_line
from dashboard.wording import plain

COMPARE_KEY = "compare"


def compare_control(
    comparands: Sequence[Comparand], choice: str
) -> tuple[Comparand, DeltaGenerator]:
    """The chosen one, and the place for a line about it. The choice is part of the address."""
    by_address = {one.address: one for one in comparands}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Compared with", width="content")
        chosen = st.selectbox(
            "Compared with",
            list(by_address),
            key=COMPARE_KEY,
            format_func=lambda address: plain(comparand_label(by_address[address], choice)),
            label_visibility="collapsed",
            width=260,
            bind="query-params",
        )
        line = st.container(width="content")
    return by_address.get(chosen or "", comparands[0]), line


def compared_note(line: DeltaGenerator, comparison: Comparison, choice: str, zone: tzinfo) -> None:
    """What the changes are against."""
    line.caption(compared_line(comparison, choice, zone))
