"""A table of past texts, with a button for more of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.services.policy_simulation import FlippedText
from dashboard.covered import covered_text
from dashboard.data_table import data_table
from dashboard.policy.wording import VERDICTS
from dashboard.wording import cut_score, no_longer_shown

LISTED, MORE = 10, 40
LONGEST = 240
MOST_ROWS = 10


def texts_table(
    found: Sequence[FlippedText], count: int, limit: int, *, key: str, alt: str, is_covered: bool
) -> None:
    """The texts that were found among the first `limit` of `count`."""
    frame = pd.DataFrame(
        {
            "comment": [
                covered_text(one.text[:LONGEST], is_wanted=is_covered) or no_longer_shown()
                for one in found
            ],
            "score": [None if one.score is None else cut_score(one.score) for one in found],
            "people": [VERDICTS[one.verdict] for one in found],
            "reference": [one.reference for one in found],
        }
    )
    if all(one.score is None for one in found):
        frame = frame.drop(columns="score")
    data_table(
        frame,
        {
            "comment": st.column_config.TextColumn(width="large"),
            "score": st.column_config.NumberColumn(format="%.2f", width=60),
            "people": st.column_config.TextColumn(width=80),
            "reference": st.column_config.TextColumn(width=210),
        },
        key=f"{key}_texts",
        alt=alt,
        most_rows=MOST_ROWS,
    )
    hidden = min(limit, count) - len(found)
    if hidden:
        st.caption(f"{hidden:,} more are blind cases that nobody has decided yet.")
    if limit < count:
        st.button(
            f"Show {min(MORE, count - limit):,} more",
            key=f"{key}_more",
            on_click=_show_more,
            args=(key, limit),
        )


def _show_more(key: str, limit: int) -> None:
    st.session_state[f"{key}_limit"] = limit + MORE
