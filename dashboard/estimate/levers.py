"""The table of what would make a job faster."""

import pandas as pd
import streamlit as st

from core.servinglog.estimates.levers import Lever
from core.servinglog.estimates.plan import JobForecast
from core.servinglog.estimates.wording import effect_words, lasting
from dashboard.data_table import data_table

MOST_ROWS = 10


def levers_panel(levers: tuple[Lever, ...], now: JobForecast) -> None:
    """The strongest first; what was not measured here is grey."""
    st.markdown("**What would make it faster**")
    text = st.column_config.TextColumn
    data_table(
        levers_frame(levers, now),
        {
            "lever": text(width=110),
            "change": text(width=170),
            "time": text(width=80, help="Of the whole job, against the median above."),
            "then about": text(width=90),
            "measured here": text(width=330),
            "decisions that change": text(width=250),
        },
        key="levers",
        alt="What would make the job faster, the strongest first, with the evidence and the "
        "decisions that change",
        most_rows=MOST_ROWS,
        grey=[one.factor is None for one in levers],
    )


def levers_frame(levers: tuple[Lever, ...], now: JobForecast) -> pd.DataFrame:
    """One row a lever."""
    return pd.DataFrame(
        [
            {
                "lever": one.kind.value,
                "change": one.change,
                "time": effect_words(one),
                "then about": None if one.factor is None else lasting(now.median_ms * one.factor),
                "measured here": one.evidence.replace("`", ""),
                "decisions that change": one.flips.replace("`", ""),
            }
            for one in levers
        ]
    )
