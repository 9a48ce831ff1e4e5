"""The comment under review in its thread. Everything an author wrote goes through `st.text`."""

from datetime import datetime

import streamlit as st

from core.services.queries import CaseView
from dashboard.wording import LABELS, TRIGGERS, ago

CARD_HEIGHT = 400
SHOWN_CHARS = 10_000


def case_card(view: CaseView, now: datetime) -> None:
    """A card of fixed height, so that the buttons under it never move."""
    case, comment, revision = view.case, view.comment, view.revision
    with st.container(border=True, height=CARD_HEIGHT, key="case_card"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(LABELS[case.label] if case.label else TRIGGERS[case.trigger], color="red")
            if case.label:
                st.badge(f"{case.priority:.2f}", color="gray")
            if revision.number > 1:
                st.badge(f"edited, revision {revision.number}", color="orange")
            st.text(f"{comment.author} · {comment.source} · {ago(comment.created_at, now)}")
        st.text(revision.text[:SHOWN_CHARS])
        if len(revision.text) > SHOWN_CHARS:
            st.caption(f"The first {SHOWN_CHARS:,} of {len(revision.text):,} characters.")
        if view.ancestors:
            _thread(view, now)
        if revision.original != revision.text:
            with st.expander("As it came in"):
                st.code(revision.original[:SHOWN_CHARS], language=None, wrap_lines=True)


def _thread(view: CaseView, now: datetime) -> None:
    """What the comment answers: the nearest first, up to the thread's title."""
    for entry in reversed(view.ancestors):
        if entry.is_title:
            st.caption("In the thread")
            st.text(entry.text)
        else:
            st.caption("In reply to")
            st.text(f"{entry.author} · {ago(entry.created_at, now)}\n{entry.text[:2_000]}")
