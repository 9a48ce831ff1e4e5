"""The comment under review, with its thread. All texts by authors go through `st.text` or a
component that sets `textContent`."""

from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.inference.severe_words import severe_spans
from core.moderation.cases import CaseTrigger
from core.moderation.cleaning import hidden_part
from core.moderation.invisible import isolated
from core.services.explain import Explained
from core.services.queries import CaseView
from dashboard.covered import blocks, covered_marks, covered_text
from dashboard.review.case_wording import matched_pieces
from dashboard.review.plain.desk import Desk, press_reveal
from dashboard.review.plain.earlier_text import earlier_text
from dashboard.review.plain.marked_text import marked_text
from dashboard.review.wording import marked_pieces
from dashboard.staff_texts import number, say
from dashboard.wording import LABELS, TRIGGERS, ago, no_longer_shown, score_figure

CARD_HEIGHT = 400
SHOWN_CHARS = 100_000
"""More than any comment has: a person reads what the model did not."""


def case_card(view: CaseView, desk: Desk, now: datetime, *, masks: bool) -> DeltaGenerator:
    """A card of fixed height, so that the buttons below never move. Returns the container of the
    text, in which `card_text` marks words later. `masks`: severe words are covered until the reader
    asks for them."""
    is_covered = masks and not desk.is_revealed
    case, comment, revision = view.case, view.comment, view.revision
    # Each text has a box of its own: one box would open scrolled to where the last text was left.
    box = st.container(key="case_card").container(
        border=True, height=CARD_HEIGHT, key=f"card_{revision.id}"
    )
    with box:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            is_unassessed = case.trigger is CaseTrigger.LANGUAGE
            st.badge(
                LABELS[case.label] if case.label else TRIGGERS[case.trigger],
                color="gray" if is_unassessed else "red",
            )
            if case.label:
                st.badge(score_figure(case.priority), color="gray")
            if revision.number > 1:
                st.badge(
                    say("review.chip.edited_revision", number=str(revision.number)), color="orange"
                )
            if hidden_part(revision.text):
                st.badge(say("review.chip.hides_text"), color="orange")
            who, where = isolated(comment.author), isolated(comment.source)
            st.text(f"{who} · {where} · {ago(comment.created_at, now)}")
            if masks and _has_severe(view):
                _reveal_button(desk, view)
        place = st.empty()
        card_text(place, view, desk.words, is_covered=is_covered)
        if len(revision.text) > SHOWN_CHARS:
            shown, whole = number(SHOWN_CHARS), number(len(revision.text))
            st.caption(say("plain.card.cut", shown=shown, whole=whole))
        if view.settled is not None:
            earlier_text(view.settled, view.current_policy, now, is_covered=is_covered)
        if view.ancestors:
            _thread(view, now, is_covered=is_covered)
        if revision.original != revision.text:
            with st.expander(say("desk.card.original")):
                original = covered_text(revision.original[:SHOWN_CHARS], is_wanted=is_covered)
                st.code(original, language=None, wrap_lines=True)
    return place


def card_text(
    place: DeltaGenerator, view: CaseView, words: Explained | None, *, is_covered: bool
) -> None:
    """The comment as written, with what text rules matched marked, or with the words marked that
    raised its score."""
    text = view.revision.text[:SHOWN_CHARS]
    if words is None and not view.matches:
        place.text(covered_text(text, is_wanted=is_covered))
        return
    marked = marked_pieces(words, SHOWN_CHARS) if words else matched_pieces(text, view.matches)
    pieces = covered_marks(marked, is_wanted=is_covered)
    with place:
        marked_text(
            [(blocks(text) if is_severe else text, mark) for text, mark, is_severe in pieces],
            key=f"marked_{view.revision.id}",
        )


def _has_severe(view: CaseView) -> bool:
    texts = [view.revision.text[:SHOWN_CHARS], view.revision.original[:SHOWN_CHARS]]
    texts += [entry.text for entry in view.ancestors]
    if view.settled is not None:
        texts += [view.settled.revision.text, view.settled.chain[-1].note]
    return any(severe_spans(text) for text in texts)


def _reveal_button(desk: Desk, view: CaseView) -> None:
    st.space("stretch")
    st.button(
        say("desk.button.cover" if desk.is_revealed else "desk.button.show_covered"),
        key=f"reveal_{view.revision.id}",
        shortcut="M",
        type="tertiary",
        on_click=press_reveal,
        args=(desk, view.revision.id),
    )


def _thread(view: CaseView, now: datetime, *, is_covered: bool) -> None:
    """The comments above it in the thread, the nearest first, up to the thread's title."""
    for entry in reversed(view.ancestors):
        if entry.is_title:
            st.caption(say("desk.card.thread"))
            st.text(covered_text(entry.text, is_wanted=is_covered))
        else:
            st.caption(say("plain.card.reply_to"))
            text = no_longer_shown() if entry.is_withdrawn else entry.text[:2_000]
            who = f"{isolated(entry.author)} · {ago(entry.created_at, now)}"
            st.text(f"{who}\n{covered_text(text, is_wanted=is_covered)}")
