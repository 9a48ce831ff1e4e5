"""The statement about one comment that its author sees, on the public and the staff page: what
happened and what the author can do, then why, then how it was decided with all figures.

Every text written by a person (comment, note, appeal, outcome) goes through `st.text`, which never
renders markup.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Literal

import streamlit as st

from core.moderation.appeals import Appeal
from core.moderation.comments import Visibility
from core.moderation.notice_text import OTHER_REDRESS
from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.services.lookup import ChangedText, LookupAnswer
from dashboard.lookup import wording as words
from dashboard.lookup.copy import copy_text
from dashboard.lookup.course import course_lines
from dashboard.wording import APPEAL_BADGES, local_time, on_primary, score_rows

LONG_CHARS = 1_200
LONG_HEIGHT = 300


def render_statement(
    answer: LookupAnswer, now: datetime, zone: tzinfo, appeal_form: Callable[[], None]
) -> None:
    """The whole answer. `appeal_form` is called if the author can still appeal."""
    statement = answer.statement
    if answer.changed is not None:
        st.info(words.changed_since(answer.changed, zone), icon=":material/edit_note:")
    _what_happened(statement)
    _what_to_do(answer, now, zone, appeal_form)
    if answer.withdrawn_at is not None:
        st.text(f"Withdrawn: {local_time(answer.withdrawn_at, zone)}")
        _past_appeal(statement.appeal, zone)
    else:
        if statement.appeal is not None:
            how = words.how_appeal_stands(statement, statement.appeal, zone)
            _appeal_state(statement.appeal, how, zone)
        _written(f"What you wrote, {local_time(answer.posted_at, zone)}", answer.text)
        if statement.decided_at is not None:
            _rule(statement)
            _course(statement, answer.answer_days, zone)
    if answer.changed is not None:
        _changed(answer.changed, zone)
    st.caption("Reference of this comment. Keep it to find this page again.")
    st.code(answer.reference, language=None, wrap_lines=True)


def _what_happened(statement: Statement) -> None:
    st.header(words.headline(statement), anchor=False)
    badges = [words.BADGES[statement.visibility]]
    stage = appeal_stage(statement)
    if stage in APPEAL_BADGES and statement.visibility is not Visibility.WITHDRAWN:
        badges.append(APPEAL_BADGES[stage])
    with st.container(horizontal=True, gap="small"):
        for text, color, icon in badges:
            st.badge(text, color=color, icon=icon)  # type: ignore[arg-type]  # from the tables
    st.text(words.what_next(statement))


def _what_to_do(
    answer: LookupAnswer, now: datetime, zone: tzinfo, appeal_form: Callable[[], None]
) -> None:
    deadline = answer.statement.can_appeal_until
    if deadline is not None:
        st.text(words.appeal_until(deadline, now, zone))
    with st.container(horizontal=True, gap="small"):
        if deadline is not None:
            key = f"appeal_{answer.reference}"
            with st.popover(on_primary("Appeal"), type="primary", width="stretch", key=key):
                st.text(words.HOW_TO_APPEAL)
                appeal_form()
        st.download_button(
            "Keep a copy",
            copy_text(answer, now, zone),
            f"{answer.reference}.txt",
            "text/plain",
            key=f"copy_{answer.reference}",
            on_click="ignore",
            width="content" if deadline is not None else "stretch",
        )


def _appeal_state(appeal: Appeal, how_it_stands: str, zone: tzinfo) -> None:
    with st.container(border=True):
        st.markdown("**Your appeal**")
        st.text(how_it_stands)
        if appeal.outcome_reason is not None:
            st.caption("The reason")
            st.text(appeal.outcome_reason)
        if appeal.heard_at is not None:
            ended = "Heard" if appeal.heard_by is not None else "Closed"
            st.caption(f"{ended} {local_time(appeal.heard_at, zone)}")
        st.caption(f"You wrote, {local_time(appeal.filed_at, zone)}")
        st.text(appeal.words)


def _written(caption: str, text: str) -> None:
    with st.container(border=True, height=_height(text)):
        st.caption(caption)
        st.text(text)


def _rule(statement: Statement) -> None:
    if statement.reason is None and not statement.note:
        return
    with st.container(border=True):
        if statement.reason is not None:
            st.markdown(f"**{words.RULE_NAMES[statement.visibility]}**")
            st.text(f"{statement.reason.title}\n{statement.reason.text}")
            if why := words.why_this_reason(statement):
                st.caption(why)
        if statement.note:
            st.caption("The moderator adds")
            st.text(statement.note)


def _course(statement: Statement, answer_days: int, zone: tzinfo) -> None:
    """How it was decided, with all scores folded."""
    with st.container(border=True):
        st.markdown("**How it was decided**")
        for line in course_lines(statement, answer_days, zone):
            st.text(line)
        if appeal_stage(statement) is AppealStage.OVER:
            st.text(words.OVER)
        with st.expander("All scores, the rules in force then, and your other rights"):
            _figures(statement)
            if appeal_stage(statement) in words.HAS_OTHER_REDRESS:
                st.caption(OTHER_REDRESS)


def _figures(statement: Statement) -> None:
    if statement.facts:
        st.text(words.score_line(statement.facts[0]))
        st.table(score_rows(statement.facts), border="horizontal")
    else:
        st.text(words.no_scores(statement))
    if statement.was_scored:
        st.caption(words.ABOUT_SCORES)
    for line in (
        words.unread_line(statement),
        words.not_assessed_line(statement.not_assessed),
        words.made_with(statement),
    ):
        if line:
            st.caption(line)


def _changed(changed: ChangedText, zone: tzinfo) -> None:
    """The earlier text that the reference belongs to, with its decision and its appeal."""
    if changed.text:
        _written("The earlier text of this reference", changed.text)
    else:
        st.caption(
            "The earlier text that this reference belongs to is not shown: it was withdrawn."
        )
    st.text(words.how_it_stood(changed.statement))
    if changed.statement.note:
        st.caption("The moderator's note")
        st.text(changed.statement.note)
    _past_appeal(changed.statement.appeal, zone)


def _past_appeal(appeal: Appeal | None, zone: tzinfo) -> None:
    """The outcome of an appeal about a text that no longer exists."""
    if appeal is not None:
        _appeal_state(appeal, words.HOW_IT_ENDED[appeal.status], zone)


def _height(text: str) -> int | Literal["content"]:
    return LONG_HEIGHT if len(text) > LONG_CHARS else "content"
