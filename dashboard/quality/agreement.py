"""The figures: agreement by people and by reason, what the model misses, golden results."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.moderation.quality_words import agreement_words, found_words, missed_words
from core.services.quality import QualityReport
from dashboard.data_table import data_table
from dashboard.quality.wording import (
    HOW,
    NO_PAIRS,
    NOBODY_GOLDEN,
    golden_frame,
    pair_frame,
    reason_frame,
    waiting_words,
)
from dashboard.wording import plain

MOST_ROWS = 12
_COLUMNS = {
    "texts": st.column_config.NumberColumn(format="localized", width=64),
    "said the same": st.column_config.TextColumn(
        help="Of all texts, those that both would keep or both would remove."
    ),
    "of removals": st.column_config.TextColumn(
        help="Where one removes, how often the other does, too (positive agreement)."
    ),
    "kappa": st.column_config.TextColumn(help="Cohen's kappa: agreement beyond chance."),
    "AC1": st.column_config.TextColumn(
        help="Gwet's AC1: agreement beyond chance, steady where nearly all texts are harmless."
    ),
}


def figures_view(report: QualityReport) -> None:
    """Sentences first, then the tables that they come from."""
    st.markdown(plain(agreement_words(report.found)))
    st.markdown(plain(waiting_words(report)))
    left, right = st.columns([62, 38], gap="medium")
    with left:
        _agreement(report)
    with right:
        with st.container(border=True):
            st.markdown("**What the model misses**")
            st.text(missed_words(report.missed))
            st.text(found_words(report.missed))
        _golden(report)


def _agreement(report: QualityReport) -> None:
    st.markdown("**Who agrees with whom**")
    if not report.pairs:
        st.caption(NO_PAIRS)
        return
    _table(
        pair_frame(report.pairs),
        [each.found.is_few for each in report.pairs],
        key="pairs",
        alt="Agreement of each two people, with intervals",
    )
    if report.reasons:
        st.markdown("**On which reasons**")
        _table(
            reason_frame(report.reasons, report.policy),
            [each.is_few for each in report.reasons],
            key="reasons",
            alt="Agreement on each reason for a removal, with intervals",
        )
    st.caption(HOW)


def _table(frame: pd.DataFrame, is_few: Sequence[bool], *, key: str, alt: str) -> None:
    data_table(frame, _COLUMNS, key=key, alt=alt, most_rows=MOST_ROWS, grey=is_few)


def _golden(report: QualityReport) -> None:
    st.markdown("**Right on golden items**")
    if not report.golden:
        st.caption(NOBODY_GOLDEN)
        return
    data_table(
        golden_frame(report.golden),
        {name: st.column_config.NumberColumn(width=64) for name in ("met", "right")},
        key="golden_results",
        alt="How often each person was right on golden items",
        most_rows=MOST_ROWS,
    )
