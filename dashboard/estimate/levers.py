"""The table of what would make a job faster."""

import pandas as pd
import streamlit as st

from core.servinglog.estimates.levers import Lever
from core.servinglog.estimates.plan import JobForecast
from dashboard.data_table import data_table
from dashboard.estimate.wording import (
    LEVERS,
    change_words,
    effect_words,
    evidence_words,
    lasting,
    price_words,
)
from dashboard.staff_texts import say

MOST_ROWS = 10


def levers_panel(levers: tuple[Lever, ...], now: JobForecast) -> None:
    """The strongest first; what was not measured here is grey."""
    st.markdown(f"**{say('estimate.levers.title')}**")
    text = st.column_config.TextColumn
    data_table(
        levers_frame(levers, now),
        {
            "lever": text(say("estimate.levers.lever"), width=110),
            "change": text(say("estimate.levers.change"), width=170),
            "time": text(
                say("estimate.levers.time"), width=80, help=say("estimate.levers.about_time")
            ),
            "then about": text(say("estimate.levers.then_about"), width=100),
            "measured here": text(say("estimate.levers.evidence"), width=330),
            "decisions that change": text(say("estimate.levers.flips"), width=250),
        },
        key="levers",
        alt=say("estimate.levers.alt"),
        most_rows=MOST_ROWS,
        grey=[one.factor is None for one in levers],
    )


def levers_frame(levers: tuple[Lever, ...], now: JobForecast) -> pd.DataFrame:
    """One row a lever."""
    return pd.DataFrame(
        [
            {
                "lever": LEVERS[one.kind],
                "change": change_words(one),
                "time": effect_words(one),
                "then about": None if one.factor is None else lasting(now.median_ms * one.factor),
                "measured here": evidence_words(one),
                "decisions that change": price_words(one),
            }
            for one in levers
        ]
    )
