"""The list of waiting cases, most urgent first."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.moderation.cases import CaseTrigger
from core.store.views import QueueItem
from dashboard.review.desk import Desk
from dashboard.wording import LABELS, cut_score

LIST_HEIGHT = 630
WITHOUT_LABEL: dict[CaseTrigger, str] = {
    CaseTrigger.HOLD: "held",
    CaseTrigger.NOT_SCORED: "not scored",
    CaseTrigger.AFTER_EDIT: "edited",
}


def queue_list(desk: Desk, items: Sequence[QueueItem]) -> None:
    """A table to click in; the row of the open case is selected. Cells are inert text."""
    frame = pd.DataFrame(
        {
            "score": [cut_score(item.priority) if item.label else None for item in items],
            "label": [
                LABELS[item.label] if item.label else WITHOUT_LABEL[item.trigger] for item in items
            ],
            "comment": [item.excerpt for item in items],
        }
    )
    selected = desk.order.index(desk.revision_id) if desk.revision_id in desk.order else 0
    # The key names the selected case and what surrounds it, so that a decision redraws the table
    # with its new selection, while a mere click keeps it.
    key = f"queue_{desk.revision_id}_{len(items)}"
    st.dataframe(
        frame,
        key=key,
        height=LIST_HEIGHT,
        row_height=28,
        hide_index=True,
        on_select=lambda: _pick(desk, key),
        selection_mode=["single-row-required", "single-cell"],
        selection_default={"selection": {"rows": [selected]}},
        column_config={
            "score": st.column_config.NumberColumn(format="%.2f", width=52),
            "label": st.column_config.TextColumn(width=92),
            "comment": st.column_config.TextColumn(width=400),
        },
        alt="Cases waiting for review, most urgent first",
    )


def _pick(desk: Desk, key: str) -> None:
    """Open what was clicked: a row's mark or any of its cells, whichever is not open already."""
    chosen: Any = st.session_state[key]["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
    clicked = [desk.order[row] for row in rows if row < len(desk.order)]
    others = [revision_id for revision_id in clicked if revision_id != desk.revision_id]
    if others:
        desk.show(others[0])
        desk.say("")
