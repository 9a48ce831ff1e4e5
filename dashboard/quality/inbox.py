"""Disagreements: both answers side by side, and the form with which a third person settles one.
All texts by authors and staff go through `st.text`."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.decisions import MAX_NOTE_CHARS
from core.moderation.permissions import Actor
from core.moderation.policies import Action, Policy
from core.moderation.second_looks import Answer
from core.services.disagreements import Disagreement, list_disagreements
from dashboard.covered import covered_text, wants_cover
from dashboard.problems import told
from dashboard.quality.badges import action_badge
from dashboard.quality.place import QualityPlace
from dashboard.quality.wording import answer_line
from dashboard.reason_words import reason_words
from dashboard.staff_texts import number, say
from dashboard.wording import ago, no_longer_shown

AT_ONCE = 5


def inbox_view(place: QualityPlace, services: Services, actor: Actor) -> None:
    """The oldest disagreements, each with what one may do."""
    inbox = list_disagreements(services.context, actor)
    if not inbox.items:
        st.info(say("quality.inbox.none"), icon=":material/done_all:")
        return
    if inbox.waiting > AT_ONCE:
        shown, waiting = number(AT_ONCE), number(inbox.waiting)
        st.caption(say("quality.page.oldest", shown=shown, all=waiting))
    is_covered = wants_cover(services, actor)
    for found in inbox.items[:AT_ONCE]:
        with st.container(border=True, key=f"disagreement_{found.item.look.id}"):
            _both_answers(services, found, inbox.policy, is_covered=is_covered)
            if found.refusal:
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.badge(say("quality.badge.read_only"), icon=":material/lock:", color="gray")
                    st.text(told(found.refusal))
            else:
                _form(place, services, actor, found, inbox.policy)


def _both_answers(
    services: Services, found: Disagreement, policy: Policy, *, is_covered: bool
) -> None:
    look, item = found.item.look, found.item
    if found.ancestors:
        st.caption(say("quality.inbox.in_reply_to"))
        for entry in found.ancestors:
            st.text(covered_text(entry.text, is_wanted=is_covered) or no_longer_shown())
        st.caption(say("quality.inbox.comment"))
    st.text(covered_text(item.text, is_wanted=is_covered))
    first, second = st.columns(2, gap="medium")
    now = services.clock.now()
    with first:
        st.caption(say("quality.inbox.decided", ago=ago(look.first.given_at, now)))
        _answer(look.first, policy)
        _note("quality.inbox.to_author", item.note)
        _note("quality.inbox.internal", item.internal_note)
    if look.second is not None:
        with second:
            st.caption(say("quality.inbox.second_look", ago=ago(look.second.given_at, now)))
            _answer(look.second, policy)
            _note("quality.inbox.note", look.second.note)


def _note(title: str, words: str | None) -> None:
    if words:
        st.caption(say(title))
        st.text(words)


def _answer(answer: Answer, policy: Policy) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        action_badge(answer.action)
        st.text(answer_line(answer, policy))


def _form(
    place: QualityPlace, services: Services, actor: Actor, found: Disagreement, policy: Policy
) -> None:
    look = found.item.look
    if not found.is_standing:
        st.caption(say("quality.inbox.only_noted"))
    titles = {reason.code: reason_words(reason).title for reason in policy.reasons}
    with st.form(f"settle_{look.id}", border=False, enter_to_submit=False):
        st.text_area(
            say("quality.inbox.because"),
            key=f"because_{look.id}",
            height=80,
            max_chars=MAX_NOTE_CHARS,
            placeholder=say("quality.inbox.because_example"),
        )
        left, right = st.columns(2, gap="medium")
        left.selectbox(
            say("quality.inbox.reason"),
            list(titles),
            index=_given(found, list(titles)),
            format_func=lambda code: titles[code],
            key=f"reason_{look.id}",
        )
        right.text_input(
            say("quality.inbox.note_to_author"),
            key=f"author_{look.id}",
            max_chars=MAX_NOTE_CHARS,
        )
        keep, remove = st.columns(2, gap="medium")
        for column, action, icon in (
            (keep, Action.APPROVE, ":material/check:"),
            (remove, Action.REMOVE, ":material/block:"),
        ):
            column.form_submit_button(
                _button(found, action),
                key=f"settle_{action}_{look.id}",
                icon=icon,
                width="stretch",
                wrap=True,
                on_click=place.press_settle,
                args=(services, actor, look.id, action),
            )


def _given(found: Disagreement, codes: list[str]) -> int:
    """The place of the reason that one of the two gave."""
    given = {answer.reason_code for answer in found.item.look.answers}
    return next((place for place, code in enumerate(codes) if code in given), 0)


def _button(found: Disagreement, action: Action) -> str:
    verb = "keep" if action is Action.APPROVE else "remove"
    if action is found.item.look.first.action:
        return say(f"quality.settle.{verb}_stands")
    return say(f"quality.settle.{verb}_anew" if found.is_standing else f"quality.settle.{verb}")
