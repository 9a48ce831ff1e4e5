"""The words that raised the score: requested with a key, computed after the page is drawn."""

import pandas as pd
import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor
from core.services.explain import MOST_REMOTE_TEXTS, Explained, explain_revision
from core.services.queries import CaseView
from dashboard.covered import covered_text
from dashboard.data_table import NARROW_ROW_HEIGHT
from dashboard.problems import told
from dashboard.review.plain.desk import Desk, press_words
from dashboard.review.wording import caveat_line, remedy_line, word_rows
from dashboard.staff_texts import number, say
from dashboard.wording import cut_score


def words_button(desk: Desk, view: CaseView, service: str | None) -> None:
    """Shows or hides the marked words. `service`: the remote service that would get the text."""
    st.button(
        _button_words(desk, service),
        key=f"words_{view.revision.id}",
        shortcut="W",
        icon=":material/format_ink_highlighter:",
        type="tertiary",
        on_click=press_words,
        args=(desk, view.revision.id),
    )


def _button_words(desk: Desk, service: str | None) -> str:
    if desk.wants_words:
        return say("review.words.hide")
    if service is None:
        return say("desk.button.words")
    return say("review.words.sends", service=service, count=number(MOST_REMOTE_TEXTS))


def explain_open_case(desk: Desk, services: Services, actor: Actor) -> None:
    """Store the explanation of the open case on the desk, or why there is none."""
    revision_id = desk.revision_id or ""
    try:
        explained = explain_revision(services.context, actor, services.explainer, revision_id)
    except ConsoleError as error:
        desk.words_refusal = told(error)
    else:
        desk.words = explained


def words_found(explained: Explained, *, is_covered: bool) -> None:
    """The words with their scores. Only elements that never render markup: an author wrote them."""
    rows = word_rows(explained)
    if rows:
        st.dataframe(
            pd.DataFrame(
                {
                    "word": [covered_text(row.word, is_wanted=is_covered) for row in rows],
                    "label": [row.label for row in rows],
                    "alone": [cut_score(row.alone) for row in rows],
                    "without": [cut_score(row.without) for row in rows],
                }
            ),
            hide_index=True,
            row_height=NARROW_ROW_HEIGHT,
            column_config={
                "word": st.column_config.TextColumn(say("review.words.word"), width=110),
                "label": st.column_config.TextColumn(say("common.scores.label"), width=92),
                "alone": st.column_config.NumberColumn(
                    say("review.words.alone"),
                    format="%.2f",
                    width=52,
                    help=say("review.words.alone_help"),
                ),
                "without": st.column_config.NumberColumn(
                    say("review.words.without"),
                    format="%.2f",
                    width=60,
                    help=say("review.words.without_help"),
                ),
            },
            alt=say("review.words.alt"),
        )
        st.text(covered_text(remedy_line(explained), is_wanted=is_covered))
        st.caption(say("review.words.line"))
    else:
        st.text(say("review.words.none"))
    if caveat := caveat_line(explained):
        st.caption(caveat)
