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
    circuit_word,
    use_word,
    where,
)
from dashboard.data_table import ROW_HEIGHT, table_height
from dashboard.figures import NONE, duration, percent

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
        alt="Backends: state, reason, model, latency, errors and circuit of each",
    )


def _frame(statuses: Sequence[BackendStatus], now: datetime) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "backend": [one.candidate.name for one in statuses],
            "use": [use_word(one.use) for one in statuses],
            "state": [[one.state.value] for one in statuses],
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
    text, states = st.column_config.TextColumn, list(BackendState)
    return {
        "backend": text(width=120),
        "use": text(width=66),
        "state": st.column_config.MultiselectColumn(
            width=104,
            options=[state.value for state in states],
            color=[STATE_COLORS[state] for state in states],
        ),
        "seen": text("seen", width=76, help="When this state was observed."),
        "why": text("what to know", width=250),
        "p95": text(width=66, alignment="right", help="Exact, of the answered live calls."),
        "errors": text(width=62, alignment="right", help="Live calls that failed."),
        "calls": st.column_config.NumberColumn(
            format="localized", width=62, help="Live calls in the window."
        ),
        "circuit": text(
            width=98,
            help="Each process has its own; this is the worst one, from the serving log.",
        ),
        "where": text(width=150),
        "model": text(width=230),
    }


def _pick(page: BackendsPageState, key: str) -> None:
    """Open the clicked backend; a click on a row's checkbox and one on a cell arrive separately."""
    chosen: Any = st.session_state[key]["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
    clicked = [page.order[row] for row in rows if row < len(page.order)]
    others = [name for name in clicked if name != page.chosen]
    if others:
        page.chosen = others[0]
