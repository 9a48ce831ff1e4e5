"""The tables of a run's results. Their cells never render markup."""

import streamlit as st

from core.batch.results.view import RunResults
from dashboard.data_table import data_table
from dashboard.runs.results_wording import HOW, flagged_frame, label_frame, outcome_frame
from dashboard.wording import LABELS, plain

MOST_ROWS, MOST_FLAGGED = 8, 10


def figures(results: RunResults) -> None:
    """Outcomes and labels, with what changed since the run before."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    with st.container(horizontal=True):  # side by side where there is room for both
        data_table(
            outcome_frame(results),
            {
                "outcome": text(width=80, pinned=True),
                "rows": number(format="localized", width=76),
                "share": st.column_config.ProgressColumn(
                    format="percent", min_value=0, max_value=1, width=106
                ),
                "before": number(format="percent", width=70),
                "change": text(
                    width=204, alignment="right", help="In points of a hundred, with its interval."
                ),
                "effect": number(
                    format="%.2f", width=56, help="Cohen's h: 0.2 is small, 0.8 is large."
                ),
                "evidence": text("is it chance?", width=122),
            },
            key="run_outcomes",
            alt="Rows of the run by what became of them, with the change since the run before",
            most_rows=MOST_ROWS,
            width=718,
        )
        labels = label_frame(results)
        if not labels.empty:
            data_table(
                labels,
                {
                    "label": text(width=104, pinned=True),
                    "scored": number(format="localized", width=76),
                    "mean": number("mean score", format="%.3f", width=84),
                    "before": number(format="%.3f", width=62),
                    "moved": text("largest difference", width=188),
                    "evidence": text("is it chance?", width=122),
                },
                key="run_labels",
                alt="Scores of the run by label, with the change since the run before",
                most_rows=MOST_ROWS,
                width=566,
            )
    if results.drift is not None:
        st.caption(plain(HOW))


def flagged(results: RunResults) -> None:
    """The highest scores; a sentence if there are none."""
    frame = flagged_frame(results)
    if frame.empty:
        has_scores = results.has_actions and results.summary.scores
        st.caption("No row was held or removed." if has_scores else "No row has scores.")
        return
    st.markdown("**Highest scores**" + (" of rows held or removed" if results.has_actions else ""))
    score = st.column_config.NumberColumn(format="%.3f", width=94)
    text = st.column_config.TextColumn
    data_table(
        frame,
        {
            "id": text(width=150, pinned=True),
            "row": text(width=90, pinned=True),
            "action": text(width=70),
            "reason": text(width=150),
            **dict.fromkeys(LABELS.values(), score),
        },
        key="run_flagged",
        alt="The rows with the highest scores, with action, reason and a score for each label",
        most_rows=MOST_FLAGGED,
    )
