"""The tables of a run's results. Their cells never render markup."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.batch.results.view import RunResults
from dashboard.data_table import data_table
from dashboard.runs.results_wording import flagged_frame, label_frame, method, outcome_frame
from dashboard.staff_texts import say
from dashboard.wording import LABELS, plain

MOST_ROWS, MOST_FLAGGED = 8, 10
_FIGURE, _TEXT = st.column_config.NumberColumn, st.column_config.TextColumn


def figures(results: RunResults) -> None:
    """Outcomes and labels, with what changed since the run before."""
    with st.container(horizontal=True):  # side by side where there is room for both
        data_table(
            outcome_frame(results),
            _outcome_columns(),
            key="run_outcomes",
            alt=say("runs.outcomes.alt"),
            most_rows=MOST_ROWS,
            width=718,
        )
        labels = label_frame(results)
        if not labels.empty:
            data_table(
                labels,
                _label_columns(),
                key="run_labels",
                alt=say("runs.labels.alt"),
                most_rows=MOST_ROWS,
                width=566,
            )
    if results.drift is not None:
        st.caption(plain(method()))


def _outcome_columns() -> dict[str, ColumnConfig]:
    return {
        "outcome": _TEXT(say("runs.outcomes.outcome"), width=100, pinned=True),
        "rows": _FIGURE(say("runs.outcomes.rows"), format="localized", width=76),
        "share": st.column_config.ProgressColumn(
            say("runs.outcomes.share"), format="percent", min_value=0, max_value=1, width=86
        ),
        "before": _FIGURE(say("runs.outcomes.before"), format="percent", width=70),
        "change": _TEXT(
            say("runs.outcomes.change"),
            width=204,
            alignment="right",
            help=say("runs.outcomes.about_change"),
        ),
        "effect": _FIGURE(
            say("runs.outcomes.effect"),
            format="%.2f",
            width=56,
            help=say("runs.outcomes.about_effect"),
        ),
        "evidence": _TEXT(say("runs.outcomes.evidence"), width=122),
    }


def _label_columns() -> dict[str, ColumnConfig]:
    return {
        "label": _TEXT(say("runs.labels.label"), width=104, pinned=True),
        "scored": _FIGURE(say("runs.labels.scored"), format="localized", width=76),
        "mean": _FIGURE(say("runs.labels.mean"), format="%.3f", width=84),
        "before": _FIGURE(say("runs.labels.before"), format="%.3f", width=62),
        "moved": _TEXT(say("runs.labels.moved"), width=188),
        "evidence": _TEXT(say("runs.labels.evidence"), width=122),
    }


def flagged(results: RunResults) -> None:
    """The highest scores; a sentence if there are none."""
    frame = flagged_frame(results)
    if frame.empty:
        has_scores = results.has_actions and results.summary.scores
        st.caption(say("runs.results.none_flagged" if has_scores else "runs.results.no_scores"))
        return
    title = "runs.flagged.title_decided" if results.has_actions else "runs.flagged.title"
    st.markdown(f"**{say(title)}**")
    data_table(
        frame,
        {
            "id": _TEXT("id", width=150, pinned=True),
            "row": _TEXT(say("runs.flagged.row"), width=90, pinned=True),
            "action": _TEXT(say("runs.flagged.action"), width=100),
            "reason": _TEXT(say("runs.flagged.reason"), width=150),
            **dict.fromkeys(LABELS.values(), _FIGURE(format="%.3f", width=94)),
        },
        key="run_flagged",
        alt=say("runs.flagged.alt"),
        most_rows=MOST_FLAGGED,
    )
