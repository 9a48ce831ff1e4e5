"""Why a case is in the queue: scores and thresholds, the author's record, earlier decisions."""

from datetime import datetime

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.moderation.notices import ScoreFact, score_facts
from core.moderation.policies import Action
from core.moderation.scores import Label, not_assessed
from core.services.queries import CaseView
from dashboard.data_table import NARROW_ROW_HEIGHT
from dashboard.review.case_wording import (
    RULE_ACTIONS,
    match_line,
    model_line,
    unread_line,
    unscored_line,
)
from dashboard.review.plain.desk import Desk
from dashboard.review.plain.explanation import words_button, words_found
from dashboard.staff_texts import decimal, say
from dashboard.wording import (
    LABELS,
    cut_score,
    decision_lines,
    only_people_remove,
    score_figure,
)


def why_flagged(view: CaseView, desk: Desk, service: str | None, *, masks: bool) -> DeltaGenerator:
    """Each label's score with its thresholds or, on request, the words that raised it. Returns the
    container for `scores_or_words`.

    `service` is the remote service that would receive the text, None for a local model.
    """
    automated = view.automated
    is_assessed = automated.unassessed_language is None
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            title = say("review.why.flagged" if is_assessed else "desk.facts.why")
            st.markdown(f"**{title}**", width="content")
            st.space("stretch")
            if is_assessed:
                words_button(desk, view, service)
        facts = score_facts(automated, view.policy)
        for match in view.matches:
            st.text(match_line(match, view.revision.text))
        if not automated.scores:
            st.text(unscored_line(view))
        if view.automated.unread_chars:
            st.text(unread_line(view))
        for fact in facts:
            st.text(_band_line(fact))
        place = st.empty()
        scores_or_words(place, view, desk, masks=masks)
        if by_people := only_people_remove(view.policy.removed_by_people(automated.scores)):
            st.caption(by_people)
        missing = ", ".join(LABELS[label] for label in not_assessed(automated.scores))
        if missing and automated.scores:
            st.caption(say("review.why.not_assessed", labels=missing))
        policy = say("common.decision.policy", version=str(automated.policy_version))
        st.caption(f"{model_line(automated)} · {policy}")
    return place


def _band_line(fact: ScoreFact) -> str:
    """The rule that a score meets."""
    return say(
        "review.why.band",
        label=LABELS[fact.label],
        score=score_figure(fact.score),
        low=decimal(fact.rule.low, 2),
        high=decimal(fact.rule.high, 2),
        action=RULE_ACTIONS[fact.rule.action],
    )


def scores_or_words(place: DeltaGenerator, view: CaseView, desk: Desk, *, masks: bool) -> None:
    """The words once they are known; the scores until then, so that nothing below moves."""
    with place.container():
        if desk.words is not None:
            words_found(desk.words, is_covered=masks and not desk.is_revealed)
            return
        if view.automated.scores:
            _score_table(view)
        if desk.words_refusal:
            st.text(say("desk.words.refused", why=desk.words_refusal))
        elif desk.wants_words:
            st.caption(say("desk.words.asked"))


def author_panel(view: CaseView) -> None:
    """The author's record on this source, in numbers."""
    record = view.author
    with st.container(border=True):
        st.markdown(f"**{say('desk.facts.author')}**")
        if record is None:
            st.text(say("desk.facts.unnamed"))
            return
        with st.container(horizontal=True, gap="medium"):
            st.metric(say("review.author.comments"), record.comments, width="content")
            st.metric(say("review.author.removed"), record.removed, width="content")
            st.metric(say("review.author.held"), record.held, width="content")
            st.metric(say("review.author.restored"), record.overturned, width="content")


def history_panel(view: CaseView, now: datetime) -> None:
    """Every decision on this revision, newest first."""
    with st.container(border=True):
        st.markdown(f"**{say('desk.facts.history')}**")
        st.text("\n".join(decision_lines(view.chain, now)))


def _score_table(view: CaseView) -> None:
    st.dataframe(
        _score_frame(view),
        hide_index=True,
        row_height=NARROW_ROW_HEIGHT,
        placeholder="–",
        column_config={
            "label": st.column_config.TextColumn(say("common.scores.label"), width=94),
            "score": st.column_config.ProgressColumn(
                say("common.scores.score"),
                format="%.2f",
                min_value=0.0,
                max_value=1.0,
                color="primary",
                width=96,
            ),
            "hold": st.column_config.NumberColumn(say("plain.table.hold"), format="%.2f", width=52),
            "remove": st.column_config.NumberColumn(
                say("plain.table.remove"), format="%.2f", width=66
            ),
        },
        alt=say("plain.table.scores_alt"),
    )


def _score_frame(view: CaseView) -> pd.DataFrame:
    scores = view.automated.scores
    scored = [label for label in Label if label in scores]
    frame = pd.DataFrame(
        {
            "label": [LABELS[label] for label in scored],
            "score": [cut_score(scores[label]) for label in scored],
            "hold": [view.policy.thresholds(label).get(Action.HOLD) for label in scored],
            "remove": [view.policy.thresholds(label).get(Action.REMOVE) for label in scored],
        }
    )
    return frame.dropna(axis="columns", how="all")
