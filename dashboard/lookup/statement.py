"""The statement about one comment that its author sees, on the public and the staff page: what
happened and what the author can do, then why, then how it was decided with all figures.

Every text written by a person (comment, note, appeal, outcome) goes through `st.text`, which never
renders markup.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

import streamlit as st

from core.moderation.appeals import Appeal
from core.moderation.comments import Visibility
from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.services.lookup import ChangedText, LookupAnswer
from core.texts.notices import outcome_reason
from core.texts.rules import rule_words
from core.texts.texts import Texts
from dashboard.author_rule import show_rule
from dashboard.lookup import wording as words
from dashboard.lookup.copy import copy_text
from dashboard.lookup.course import course_lines
from dashboard.wording import APPEAL_BADGES, on_primary, plain

LONG_CHARS = 1_200


@dataclass(frozen=True, slots=True)
class Reading:
    """How the statement is shown: in which language and time zone, at what time."""

    texts: Texts
    zone: tzinfo
    now: datetime

    def say(self, key: str, moment: datetime | None = None) -> str:
        """The sentence, with a time as its `{when}` if there is one."""
        if moment is None:
            return self.texts.say(key)
        return self.texts.say(key, when=self.texts.time(moment, self.zone))


def render_statement(
    answer: LookupAnswer, reading: Reading, appeal_form: Callable[[], None]
) -> None:
    """The whole answer. `appeal_form` is called if the author can still appeal."""
    statement, texts, zone = answer.statement, reading.texts, reading.zone
    if answer.changed is not None:
        since = words.changed_since(answer.changed, zone, texts)
        st.info(since, icon=":material/edit_note:")
    _what_happened(statement, texts)
    _what_to_do(answer, reading, appeal_form)
    if answer.withdrawn_at is not None:
        st.text(reading.say("page.withdrawn_on", answer.withdrawn_at))
        _past_appeal(statement.appeal, reading)
    else:
        if statement.appeal is not None:
            how = words.how_appeal_stands(statement, statement.appeal, reading.now, zone, texts)
            _appeal_state(statement.appeal, how, reading)
        _written(words.when_written(answer, zone, texts), answer.text)
        if statement.decided_at is not None:
            _rule(statement, texts)
            _course(statement, answer.answer_days, reading)
    if answer.changed is not None:
        _changed(answer.changed, reading)
    st.caption(texts.say("page.keep_reference"))
    st.code(answer.reference, language=None, wrap_lines=True)


def _what_happened(statement: Statement, texts: Texts) -> None:
    st.header(words.headline(statement, texts), anchor=False)
    stage = appeal_stage(statement)
    is_gone = statement.visibility is Visibility.WITHDRAWN
    with st.container(horizontal=True, gap="small"):
        _badge(texts.say(f"badge.{statement.visibility}"), *words.BADGES[statement.visibility])
        if stage in APPEAL_BADGES and not is_gone:
            _, color, icon = APPEAL_BADGES[stage]
            _badge(texts.say(f"appeal_badge.{stage}"), color, icon)
    st.text(words.what_next(statement, texts))


def _badge(text: str, color: str, icon: str) -> None:
    st.badge(text, color=color, icon=icon)  # type: ignore[arg-type]  # from the tables


def _what_to_do(answer: LookupAnswer, reading: Reading, appeal_form: Callable[[], None]) -> None:
    deadline, texts = answer.statement.can_appeal_until, reading.texts
    if deadline is not None:
        st.text(words.appeal_until(deadline, reading.now, reading.zone, texts))
    with st.container(horizontal=True, gap="small"):
        if deadline is not None:
            key, label = f"appeal_{answer.reference}", on_primary(texts.say("appeal.button"))
            with st.popover(label, type="primary", width="stretch", key=key):
                st.text(texts.say("appeal.how"))
                appeal_form()
        st.download_button(
            texts.say("page.keep_copy"),
            copy_text(answer, reading.now, reading.zone, texts),
            f"{answer.reference}.txt",
            "text/plain",
            key=f"copy_{answer.reference}",
            on_click="ignore",
            width="content" if deadline is not None else "stretch",
        )


def _appeal_state(appeal: Appeal, how_it_stands: str, reading: Reading) -> None:
    with st.container(border=True):
        st.markdown(f"**{reading.say('appeal.title')}**")
        st.text(how_it_stands)
        if reason := outcome_reason(appeal, reading.texts):
            st.caption(reading.say("appeal.reason"))
            st.text(reason)
        if appeal.heard_at is not None:
            ended = "heard" if appeal.heard_by is not None else "closed"
            st.caption(plain(reading.say(f"appeal.{ended}", appeal.heard_at)))
        st.caption(plain(reading.say("appeal.you_wrote", appeal.filed_at)))
        st.text(appeal.words)


def _written(caption: str, text: str) -> None:
    """A long text is folded: not every browser reaches a box that scrolls by its keyboard."""
    if len(text) > LONG_CHARS:
        with st.expander(plain(caption)):
            st.text(text)
        return
    with st.container(border=True):
        st.caption(plain(caption))
        st.text(text)


def _rule(statement: Statement, texts: Texts) -> None:
    if statement.reason is None and not statement.note:
        return
    with st.container(border=True):
        if statement.reason is not None:
            show_rule(
                texts.say(f"rule.{statement.visibility}"),
                rule_words(statement.reason, texts),
                [words.why_this_reason(statement, texts)],
            )
        if statement.note:
            st.caption(texts.say("rule.moderator_adds"))
            st.text(statement.note)


def _course(statement: Statement, answer_days: int, reading: Reading) -> None:
    """How it was decided, with all scores folded."""
    texts, stage = reading.texts, appeal_stage(statement)
    with st.container(border=True):
        st.markdown(f"**{texts.say('course.title')}**")
        for line in course_lines(statement, answer_days, reading.zone, texts):
            st.text(line)
        if stage is AppealStage.OVER:
            st.text(texts.say("appeal.over"))
        with st.expander(texts.say("course.figures")):
            _figures(statement, texts)
            if stage in words.HAS_OTHER_REDRESS:
                st.caption(texts.say("appeal.other_redress"))


def _figures(statement: Statement, texts: Texts) -> None:
    if statement.facts:
        st.text(words.score_line(statement.facts[0], texts))
        st.table(words.score_table(statement.facts, texts), border="horizontal")
    else:
        st.text(words.no_scores(statement, texts))
        if statement.milder_facts:
            st.table(words.score_table(statement.milder_facts, texts), border="horizontal")
    if statement.was_scored:
        st.caption(texts.say("score.about"))
    for line in (
        words.unread_line(statement, texts),
        words.not_assessed_line(statement.not_assessed, texts),
        words.made_with(statement, texts),
    ):
        if line:
            st.caption(plain(line))


def _changed(changed: ChangedText, reading: Reading) -> None:
    """The earlier text that the reference belongs to, with its decision and its appeal."""
    if changed.text:
        _written(reading.say("changed.title"), changed.text)
    else:
        st.caption(reading.say("changed.hidden"))
    st.text(words.how_it_stood(changed.statement, reading.texts))
    if changed.statement.note:
        st.caption(reading.say("changed.note"))
        st.text(changed.statement.note)
    _past_appeal(changed.statement.appeal, reading)


def _past_appeal(appeal: Appeal | None, reading: Reading) -> None:
    """The outcome of an appeal about a text that no longer exists."""
    if appeal is not None:
        _appeal_state(appeal, words.how_appeal_ended(appeal, reading.texts), reading)
