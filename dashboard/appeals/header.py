"""The line above the appeals: how many wait, when the first answer is due, and which are listed."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.appeals import Appeal
from dashboard.appeals.wording import due_words, is_late

IS_PENDING = {"Pending": True, "Ended": False}


def header(services: Services, waiting: Sequence[Appeal]) -> str:
    """Returns which appeals are wanted, a key of IS_PENDING."""
    now = services.clock.now()
    late = sum(is_late(appeal.due_at, now) for appeal in waiting)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Appeals", width="content", anchor=False)
        st.badge(f"{len(waiting):,} waiting", color="gray")
        if late:
            st.badge(f"{late:,} late", color="orange", icon=":material/schedule:")
        elif waiting:
            st.badge(f"first {due_words(waiting[0].due_at, now)}", color="gray")
        st.space("stretch")
        view = st.segmented_control(
            "Which appeals",
            list(IS_PENDING),
            default="Pending",
            key="appeals",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
    return view or "Pending"
