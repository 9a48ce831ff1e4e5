"""The statement about one comment that its author sees, on the public and the staff page.

Every text written by a person (comment, note, appeal, outcome) goes through `st.text`, which never
renders markup.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Literal

import streamlit as st

from core.moderation.appeals import Appeal
from core.moderation.comments import Visibility
from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.services.lookup import ChangedText, LookupAnswer
from dashboard.lookup import wording as words
from dashboard.wording import APPEAL_BADGES, local_time, score_rows

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
    if answer.withdrawn_at is not None:
        st.text(f"Withdrawn: {local_time(answer.withdrawn_at, zone)}")
        _past_appeal(statement.appeal, zone)
    else:
        _written(f"What you wrote, {local_time(answer.posted_at, zone)}", answer.text)
        if statement.decided_at is not None:
            _decision(statement, statement.decided_at, zone)
        _appeal(statement, now, zone, appeal_form)
    if answer.changed is not None:
        _changed(answer.changed, zone)
    st.caption("Reference of this comment. Keep it to find this page again.")
    st.code(answer.reference, language=None)


def _written(caption: str, text: str) -> None:
    st.caption(caption)
    with st.container(border=True, height=_height(text)):
        st.text(text)


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
        with _row("The moderator's note"):
            st.text(changed.statement.note)
    _past_appeal(changed.statement.appeal, zone)


def _past_appeal(appeal: Appeal | None, zone: tzinfo) -> None:
    """The outcome of an appeal about a text that no longer exists."""
    if appeal is not None:
        with st.container(border=True):
            _appeal_state(appeal, words.HOW_IT_ENDED[appeal.status], zone)


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


def _decision(statement: Statement, decided_at: datetime, zone: tzinfo) -> None:
    with st.container(border=True):
        if statement.reason is not None:
            with _row(words.RULE_NAMES[statement.visibility]):
                st.text(f"{statement.reason.title}\n{statement.reason.text}")
                if why := words.why_this_reason(statement):
                    st.caption(why)
        with _row("Who decided"):
            st.text(words.who_decided(statement))
        if statement.note:
            with _row("The moderator's note"):
                st.text(statement.note)
        with _row("Scores"):
            _scores(statement)
        with _row("When"):
            st.text(local_time(decided_at, zone))


def _scores(statement: Statement) -> None:
    if not statement.facts:
        st.text(words.no_scores(statement))
    for fact in statement.facts[:1]:
        st.text(words.score_line(fact))
    if statement.facts:
        st.table(score_rows(statement.facts), border="horizontal")
        st.caption(words.ABOUT_SCORES)
    if unread := words.unread_line(statement):
        st.caption(unread)
    if statement.not_assessed:
        st.caption(words.not_assessed_line(statement.not_assessed))


def _appeal(
    statement: Statement, now: datetime, zone: tzinfo, appeal_form: Callable[[], None]
) -> None:
    stage = appeal_stage(statement)
    if stage is AppealStage.NOTHING_TO_APPEAL:
        return
    with st.container(border=True):
        if statement.can_appeal_until is not None:
            st.markdown("**You can object**")
            st.text(words.HOW_TO_APPEAL)
            st.text(words.appeal_until(statement.can_appeal_until, now, zone))
            appeal_form()
        elif statement.appeal is not None:
            how = words.how_appeal_stands(statement, statement.appeal, zone)
            _appeal_state(statement.appeal, how, zone)
        else:
            st.text(words.OVER)
        if stage is not AppealStage.OVERTURNED:
            st.caption(words.OTHER_REDRESS)


def _appeal_state(appeal: Appeal, how_it_stands: str, zone: tzinfo) -> None:
    st.markdown("**Your appeal**")
    with _row("How it stands"):
        st.text(how_it_stands)
    if appeal.outcome_reason is not None:
        with _row("The reason"):
            st.text(appeal.outcome_reason)
    if appeal.heard_at is not None:
        with _row("Heard" if appeal.heard_by is not None else "Closed"):
            st.text(local_time(appeal.heard_at, zone))
    with _row("You wrote"):
        st.text(appeal.words)
    with _row("Sent"):
        st.text(local_time(appeal.filed_at, zone))


@contextmanager
def _row(name: str) -> Iterator[None]:
    """A name on the left and its content on the right; on a phone the content is below."""
    left, right = st.columns([1, 3], gap="xxsmall")
    left.caption(name)
    with right:
        yield


def _height(text: str) -> int | Literal["content"]:
    return LONG_HEIGHT if len(text) > LONG_CHARS else "content"
