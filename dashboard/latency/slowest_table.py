"""The slowest calls of the window or of a part of it; the chosen one's request is drawn below."""

from zlib import crc32

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.data_table import ROW_HEIGHT, table_height
from dashboard.latency.addresses import CallPlace
from dashboard.latency.part import choose_call
from dashboard.staff_texts import say

MOST_ROWS = 6


def slowest_table(calls: pd.DataFrame, chosen: CallPlace | None, zone: str) -> CallPlace:
    """Draws the table, and gives the chosen call: by default the slowest."""
    ids = list(calls["request_id"])
    place = chosen or place_of(calls, 0)
    # With other rows the table is a new one: a selection is a row's number.
    key = f"slowest_{crc32(repr(ids).encode())}"
    st.dataframe(
        calls,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(calls), MOST_ROWS),
        column_order=list(_columns(zone)),
        column_config=_columns(zone),
        placeholder="–",
        key=key,
        on_select=lambda: _pick(calls, key),
        selection_mode=["single-row", "single-cell"],
        alt=say("latency.slowest.about"),
    )
    return place


def place_of(calls: pd.DataFrame, row: int) -> CallPlace:
    """The call of that row."""
    one = calls.iloc[row]
    return CallPlace(str(one["request_id"]), one["started_at"].to_pydatetime())


def _pick(calls: pd.DataFrame, key: str) -> None:
    """Callback: the selected row, or that of the selected cell, into the address."""
    selection = st.session_state[key]["selection"]
    rows = [*(row for row, _ in selection["cells"]), *selection["rows"]]
    choose_call(place_of(calls, rows[0]) if rows and rows[0] < len(calls) else None)


def _number(name: str, width: int, form: str = "%.1f") -> ColumnConfig:
    return st.column_config.NumberColumn(_label(name), format=form, width=width)


def _columns(zone: str) -> dict[str, ColumnConfig]:
    text = st.column_config.TextColumn
    return {
        "started_at": st.column_config.DatetimeColumn(
            say("latency.column.started", zone=zone),
            format=say("latency.form.fine_column"),
            timezone=zone,
            width=150,
        ),
        "series": text(_label("series"), width=120),
        "total_ms": _number("total", 70),
        "error_kind": text(_label("error"), width=70),
        "queue_ms": _number("queue", 70),
        "tokenize_ms": _number("tokenize", 84),
        "compute_ms": _number("compute", 84),
        "network_ms": _number("network", 84),
        "batch_size": _number("comments", 76, "localized"),
        "chars": _number("characters", 76, "localized"),
        "request_id": text(_label("call"), width=240),
    }


def _label(name: str) -> str:
    return say(f"latency.column.{name}")
