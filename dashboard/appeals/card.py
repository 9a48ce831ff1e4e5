"""An appeal next to its comment. All texts by authors and staff go through `st.text`."""

from datetime import datetime, tzinfo

import streamlit as st

from core.moderation.appeals import Appeal
from core.moderation.invisible import isolated
from core.moderation.notices import AppealStage
from core.services.hearing import Hearing, ShownDecision
from dashboard.appeals.wording import due_words, excerpt, is_late, look_line
from dashboard.reason_words import reason_words
from dashboard.staff_texts import say
from dashboard.wording import (
    APPEAL_BADGES,
    APPEALS,
    ago,
    decision_line,
    local_time,
    no_longer_shown,
)

CARD_HEIGHT = 360


def appeal_card(hearing: Hearing, now: datetime, zone: tzinfo) -> None:
    """The comment and the appeal side by side, the decision below as soon as it is shown. Before
    the appeal was heard the height is fixed, so that the buttons below never move."""
    appeal, shown = hearing.appeal, hearing.shown
    # Each appeal has a box of its own: one box would open scrolled to where the last was left.
    box = st.container(key="appeal_card").container(
        border=True,
        height=CARD_HEIGHT if appeal.heard_at is None else "content",
        key=f"appeal_{appeal.id}",
    )
    with box:
        comment, objection = st.columns(2, gap="medium")
        with comment:
            st.caption(say("appeals.card.comment"))
            st.text(no_longer_shown() if hearing.is_withdrawn else hearing.text)
            if shown is not None:
                st.text(f"— {isolated(shown.item.author)}")
        with objection:
            st.caption(say("appeals.card.objects", ago=ago(appeal.filed_at, now)))
            st.text(appeal.words)
            if appeal.heard_at is None:
                _due(appeal.due_at, now, zone)
        if hearing.ancestors:
            st.caption(say("appeals.card.in_reply_to"))
            for entry in hearing.ancestors:
                st.text(entry.text or no_longer_shown())
        if shown is not None:
            _decision(hearing, shown, now)


def _due(due_at: datetime, now: datetime, zone: tzinfo) -> None:
    """Beside each other where there is room: a badge would cut the date off."""
    late = is_late(due_at, now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            due_words(due_at, now), color="orange" if late else "gray", icon=":material/schedule:"
        )
        st.text(local_time(due_at, zone), width="content")


def _decision(hearing: Hearing, shown: ShownDecision, now: datetime) -> None:
    decision = shown.item.decision
    st.caption(say("appeals.card.decision"))
    st.text(decision_line(decision, now))
    if decision.reason_code is not None:
        words = reason_words(shown.policy.reason(decision.reason_code))
        st.text(say("appeals.card.reason", title=words.title, text=words.text))
    if decision.note:
        st.caption(say("appeals.card.note"))
        st.text(decision.note)
    if shown.looks:
        st.caption(say("appeals.card.looks"))
        for look in shown.looks:
            st.text(look_line(look, hearing.current_policy))


def outcome_card(appeal: Appeal, zone: tzinfo) -> None:
    """The outcome of an appeal: who heard it, when, and the reason given to the author."""
    text, color, icon = APPEAL_BADGES[AppealStage(appeal.status)]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(text, color=color, icon=icon)  # type: ignore[arg-type]  # from the table
            if appeal.heard_at is not None:
                st.text(_heard(appeal.heard_by, local_time(appeal.heard_at, zone)))
        st.text(appeal.outcome_reason or "")


def heard_card(appeal: Appeal) -> None:
    """That this person has just heard it, by its words: another appeal is open by now."""
    with st.container(border=True, key="heard_appeal"):
        words = say("appeals.outcome.heard", outcome=APPEALS[appeal.status])
        st.success(words, icon=":material/check:")
        st.caption(say("appeals.outcome.about"))
        st.text(excerpt(appeal.words))


def _heard(person: str | None, when: str) -> str:
    return when if person is None else say("appeals.card.heard_by", person=person, when=when)
