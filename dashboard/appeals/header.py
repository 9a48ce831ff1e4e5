"""The line above the appeals: how many wait, when the first answer is due, and which are listed."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.appeals import Appeal
from dashboard.address_choices import read_in_any_language
from dashboard.appeals.wording import first_due_words, is_late
from dashboard.staff_texts import count, number, say

IS_PENDING = {"Pending": True, "Ended": False}
"""The choices, as they are in the page's address."""
_VIEW_KEY = "appeals"
_WORDS = {"Pending": "appeals.view.pending", "Ended": "appeals.view.ended"}


def header(services: Services, waiting: Sequence[Appeal]) -> str:
    """Returns which appeals are wanted, a key of IS_PENDING."""
    now = services.clock.now()
    late = sum(is_late(appeal.due_at, now) for appeal in waiting)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.appeals"), width="content", anchor=False)
        st.badge(count("appeals.waiting", len(waiting)), color="gray")
        if late:
            words = say("appeals.header.late", count=number(late))
            st.badge(words, color="orange", icon=":material/schedule:")
        elif waiting:
            st.badge(first_due_words(waiting[0].due_at, now), color="gray")
        st.space("stretch")
        read_in_any_language(_VIEW_KEY, _WORDS)
        view = st.segmented_control(
            say("appeals.view.title"),
            list(IS_PENDING),
            default="Pending",
            key=_VIEW_KEY,
            format_func=lambda option: say(_WORDS[option]),
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
    return view or "Pending"
