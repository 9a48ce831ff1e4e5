"""The tables of a comparison: by label, by threshold, and the comments whose decision changes."""

import streamlit as st

from core.parity.pair import Pair
from core.parity.report import ParityReport
from dashboard.data_table import data_table
from dashboard.parity.wording import flip_frame, label_frame, threshold_frame, unreached_line
from dashboard.wording import plain

MOST_ROWS, MOST_FLIP_ROWS = 6, 8


def label_table(pair: Pair) -> None:
    """The differences, and how many comments cross a threshold, for each label."""
    st.markdown("**By label**")
    number = st.column_config.NumberColumn
    data_table(
        label_frame(pair),
        {
            "label": st.column_config.TextColumn(width=112, pinned=True),
            "largest": number(format="%.3f", width=66, help="Largest difference of two scores."),
            "mean": number(format="%.4f", width=66, help="Mean difference of the scores."),
            "rank": number(
                format="%.3f",
                width=60,
                help="Rank correlation (Spearman): 1 where both put comments in the same order.",
            ),
            "flips": number(
                format="localized",
                width=52,
                help="Comments for which the label crosses a threshold of the policy.",
            ),
        },
        key="parity_labels",
        alt="Differences, rank correlation and flips by label",
        most_rows=MOST_ROWS,
    )


def threshold_table(report: ParityReport, pair: Pair) -> None:
    """The mapped thresholds, and below them the ones that can't be mapped."""
    st.markdown("**Thresholds that flag as many comments**")
    frame = threshold_frame(pair)
    number = st.column_config.NumberColumn
    if not frame.empty:
        data_table(
            frame,
            {
                "label": st.column_config.TextColumn(width=108, pinned=True),
                "action": st.column_config.TextColumn(width=72),
                "now": number(format="%.2f", width=52),
                "mapped": number(format="%.3f", width=66, help="The new threshold."),
                "interval": st.column_config.TextColumn(
                    "95 % interval", width=116, help="From 1,000 resamples of the comments."
                ),
                "reach": number(
                    format="localized", width=54, help="Comments that reach the threshold now."
                ),
                "reach the new": number(
                    format="localized", width=78, help="Comments that reach the mapped one."
                ),
                "only one": number(
                    format="localized", width=88, help="Comments only one of the two flags."
                ),
            },
            key="parity_thresholds",
            alt="Thresholds in force and those that flag as many comments by the other's scores",
            most_rows=MOST_ROWS,
        )
    notes = [*report.warnings, *filter(None, [unreached_line(pair)])]
    if notes:
        st.caption(plain(" ".join(notes)))


def flip_table(report: ParityReport, pair: Pair) -> None:
    """The comments whose decision would change, to read before a switch."""
    if not pair.flips:
        st.success("No decision would change.", icon=":material/check:")
        return
    stay = f", {pair.changed_carried:,} with mapped thresholds" if pair.is_carried else ""
    st.markdown(f"**Comments whose decision changes: {len(pair.flips):,}{stay}**")
    text = st.column_config.TextColumn
    score = st.column_config.NumberColumn(format="%.3f", width=84)
    data_table(
        flip_frame(report, pair),
        {
            "comment": text(width=96, pinned=True, help="The comment's id on its site."),
            "reference": text(width=76),
            "same thresholds": text(width=112),
            "mapped thresholds": text(width=124),
            "label": text(width=112),
            "score before": score,
            "score after": score,
            "text": text(width=620),
        },
        key="parity_flips",
        alt="Comments whose decision would change, with both scores",
        most_rows=MOST_FLIP_ROWS,
    )
    if not report.texts:
        st.caption("Their texts are shown only to people who may see the review queue.")
