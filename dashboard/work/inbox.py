"""The inbox of a lead: what to look at first, each a link to those cases."""

import streamlit as st

from core.moderation.inbox import inbox_filter
from core.moderation.permissions import Actor, Permission, can
from core.moderation.queue import QueueOrder, filter_to_link
from core.moderation.response_times import Step
from core.services.work import WorkReport
from dashboard.staff_texts import say
from dashboard.work.wording import appeals_words, inbox_words


def inbox(report: WorkReport, actor: Actor) -> None:
    """Nothing for people who could do nothing about it."""
    if not can(actor, Permission.DECIDE_ESCALATED):
        return
    st.markdown(f"**{say('work.inbox.title')}**")
    items = [item for item in report.inbox if item.count.may_be_more]
    appeals = next(step for step in report.steps if step.step is Step.APPEAL)
    if not items and not appeals.waiting:
        st.caption(say("work.inbox.nothing"))
        return
    with st.container(horizontal=True, gap="medium", key="inbox"):
        for item in items:
            wanted = inbox_filter(item.kind, report.review_hours)
            st.page_link(
                "review/screen.py",
                label=inbox_words(item, report),
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=filter_to_link(wanted, QueueOrder.OLDEST),
            )
        if appeals.waiting:
            st.page_link(
                "appeals/screen.py",
                label=appeals_words(appeals),
                icon=":material/arrow_forward:",
                icon_position="right",
            )
