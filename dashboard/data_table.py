"""Tables of one look on every page. Their cells never render markup."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

ROW_HEIGHT, HEADER_HEIGHT = 30, 34
NARROW_ROW_HEIGHT = 28
"""For tables in a column beside a card."""
GREY = "#767b85"
"""Fainter than text, and readable on the light and on the dark ground."""


def table_height(rows: int, most_rows: int) -> int:
    """Pixels for so many rows, at least one; beyond `most_rows` the table scrolls."""
    return min(max(rows, 1), most_rows) * ROW_HEIGHT + HEADER_HEIGHT


def data_table(
    frame: pd.DataFrame,
    columns: Mapping[str, ColumnConfig],
    *,
    key: str,
    alt: str,
    most_rows: int,
    width: int | Literal["stretch"] = "stretch",
    grey: Sequence[bool] = (),
) -> None:
    """Draws a table that nobody selects in; `grey` says of each row whether it is, if any is."""
    st.dataframe(
        frame.style.apply(_row_style, axis=1, grey=grey) if any(grey) else frame,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(frame), most_rows),
        width=width,
        column_config=dict(columns),
        placeholder="–",
        key=key,
        alt=alt,
    )


def _row_style(row: "pd.Series[str]", grey: Sequence[bool]) -> list[str]:
    is_grey = isinstance(row.name, int) and grey[row.name]
    return [f"color: {GREY}" if is_grey else ""] * len(row)
