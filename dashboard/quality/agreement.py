"""The figures: agreement by people and by reason, what the model misses, golden results."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.services.quality import QualityReport
from dashboard.data_table import data_table
from dashboard.quality.sentences import agreement_words, hidden_words, missed_words
from dashboard.quality.wording import (
    golden_frame,
    how_words,
    pair_frame,
    reason_frame,
    waiting_words,
)
from dashboard.staff_texts import say
from dashboard.wording import plain

MOST_ROWS = 12
_EXPLAINED = ("same", "of_removals", "kappa", "ac1")


def figures_view(report: QualityReport) -> None:
    """Sentences first, then the tables that they come from."""
    st.markdown(plain(agreement_words(report.found)))
    st.markdown(plain(waiting_words(report)))
    left, right = st.columns([62, 38], gap="medium")
    with left:
        _agreement(report)
    with right:
        with st.container(border=True):
            st.markdown(f"**{say('quality.missed.title')}**")
            st.text(missed_words(report.missed))
            st.text(hidden_words(report.missed))
        _golden(report)


def _agreement(report: QualityReport) -> None:
    st.markdown(f"**{say('quality.agreement.pairs_title')}**")
    if not report.pairs:
        st.caption(say("quality.agreement.no_pairs"))
        return
    _table(
        pair_frame(report.pairs),
        [each.found.is_few for each in report.pairs],
        key="pairs",
        alt=say("quality.agreement.pairs_alt"),
    )
    if report.reasons:
        st.markdown(f"**{say('quality.agreement.reasons_title')}**")
        _table(
            reason_frame(report.reasons, report.policy),
            [each.is_few for each in report.reasons],
            key="reasons",
            alt=say("quality.agreement.reasons_alt"),
        )
    st.caption(how_words())


def _table(frame: pd.DataFrame, is_few: Sequence[bool], *, key: str, alt: str) -> None:
    data_table(frame, _columns(), key=key, alt=alt, most_rows=MOST_ROWS, grey=is_few)


def _columns() -> dict[str, ColumnConfig]:
    texts = st.column_config.NumberColumn(format="localized", width=64)
    return {say("quality.column.texts"): texts} | {
        say(f"quality.column.{name}"): st.column_config.TextColumn(
            help=say(f"quality.about_column.{name}")
        )
        for name in _EXPLAINED
    }


def _golden(report: QualityReport) -> None:
    st.markdown(f"**{say('quality.golden.right_title')}**")
    if not report.golden:
        st.caption(say("quality.golden.nobody"))
        return
    data_table(
        golden_frame(report.golden),
        {
            say(f"quality.column.{name}"): st.column_config.NumberColumn(width=64)
            for name in ("met", "right")
        },
        key="golden_results",
        alt=say("quality.golden.right_alt"),
        most_rows=MOST_ROWS,
    )
