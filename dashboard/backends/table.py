"""The table of all backends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.services.backends import BackendState, BackendStatus
from dashboard.backend_states import STATE_COLORS, reason, seconds_ago
from dashboard.backends.view import BackendsPageState
from dashboard.backends.wording import (
    STATES,
    circuit_word,
    use_word,
    where,
)
from dashboard.data_table import ROW_HEIGHT, table_height
from dashboard.figures import NONE, duration, percent
from dashboard.staff_texts import say

MOST_ROWS = 7


def backends_table(
    page: BackendsPageState, statuses: Sequence[BackendStatus], now: datetime
) -> None:
    """One row a backend; the open one is selected. Its cells never render markup."""
    # The key contains the selected row and the order, so that a change of either resets the
    # selection (as in the review queue).
    key = f"backends_{page.chosen}_{'_'.join(page.order)}"
    st.dataframe(
        _frame(statuses, now),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(statuses), MOST_ROWS),
        on_select=lambda: _pick(page, key),
        selection_mode=["single-row-required", "single-cell"],
        selection_default={"selection": {"rows": [page.order.index(page.chosen or "")]}},
        column_config=_columns(),
        alt=say("backends.table.about"),
    )


def _frame(statuses: Sequence[BackendStatus], now: datetime) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "backend": [one.candidate.name for one in statuses],
            "use": [use_word(one.use) for one in statuses],
            "state": [[STATES[one.state]] for one in statuses],
            "seen": [seconds_ago(one.known_at, now) if one.known_at else NONE for one in statuses],
            "why": [reason(one) or one.candidate.notice or "" for one in statuses],
            "p95": [duration(one.calls.p95 if one.calls else None) for one in statuses],
            "errors": [percent(one.calls.error_share if one.calls else None) for one in statuses],
            "calls": [one.calls.calls if one.calls else 0 for one in statuses],
            "circuit": [circuit_word(one) for one in statuses],
            "where": [where(one.candidate) for one in statuses],
            "model": [one.candidate.model_version or NONE for one in statuses],
        }
    )


def _columns() -> dict[str, ColumnConfig]:
    states = list(BackendState)
    return {
        "backend": _text("backend", 120),
        "use": _text("use", 66),
        "state": st.column_config.MultiselectColumn(
            say("backends.column.state"),
            width=104,
            options=[STATES[state] for state in states],
            color=[STATE_COLORS[state] for state in states],
        ),
        "seen": _text("seen", 76, help=say("backends.table.seen")),
        "why": _text("why", 250),
        "p95": _text("p95", 66, alignment="right", help=say("backends.table.p95")),
        "errors": _text("errors", 62, alignment="right", help=say("backends.table.errors")),
        "calls": st.column_config.NumberColumn(
            say("backends.column.calls"),
            format="localized",
            width=62,
            help=say("backends.table.calls"),
        ),
        "circuit": _text("circuit", 98, help=say("backends.table.circuit")),
        "where": _text("where", 150),
        "model": _text("model", 230),
    }


def _text(name: str, width: int, **more: Any) -> ColumnConfig:
    return st.column_config.TextColumn(say(f"backends.column.{name}"), width=width, **more)


def _pick(page: BackendsPageState, key: str) -> None:
    """Open the clicked backend; a click on a row's checkbox and one on a cell arrive separately."""
    chosen: Any = st.session_state[key]["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
    clicked = [page.order[row] for row in rows if row < len(page.order)]
    others = [name for name in clicked if name != page.chosen]
    if others:
        page.chosen = others[0]
