"""A table of past texts, with a button for more of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.services.policy_simulation import FlippedText
from dashboard.covered import covered_text
from dashboard.data_table import data_table
from dashboard.policy.trial_words import verdict
from dashboard.staff_texts import count, say
from dashboard.wording import cut_score, no_longer_shown

LISTED, MORE = 10, 40
LONGEST = 240
MOST_ROWS = 10


def texts_table(
    found: Sequence[FlippedText], total: int, limit: int, *, key: str, alt: str, is_covered: bool
) -> None:
    """The texts that were found among the first `limit` of `total`."""
    comment, score = say("policy.texts.comment"), say("policy.texts.score")
    people, reference = say("policy.texts.people"), say("policy.texts.reference")
    frame = pd.DataFrame(
        {
            comment: [
                covered_text(one.text[:LONGEST], is_wanted=is_covered) or no_longer_shown()
                for one in found
            ],
            score: [None if one.score is None else cut_score(one.score) for one in found],
            people: [verdict(one.verdict) for one in found],
            reference: [one.reference for one in found],
        }
    )
    if all(one.score is None for one in found):
        frame = frame.drop(columns=score)
    data_table(
        frame,
        {
            comment: st.column_config.TextColumn(width="large"),
            score: st.column_config.NumberColumn(format="%.2f", width=60),
            people: st.column_config.TextColumn(width=90),
            reference: st.column_config.TextColumn(width=210),
        },
        key=f"{key}_texts",
        alt=alt,
        most_rows=MOST_ROWS,
    )
    hidden = min(limit, total) - len(found)
    if hidden:
        st.caption(count("policy.blind", hidden))
    if limit < total:
        st.button(
            count("policy.more_texts", min(MORE, total - limit)),
            key=f"{key}_more",
            on_click=_show_more,
            args=(key, limit),
        )


def _show_more(key: str, limit: int) -> None:
    st.session_state[f"{key}_limit"] = limit + MORE
