"""The list of cases, most urgent first."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.services.queries import QueuePage
from core.store.views import QueueItem
from dashboard.review.case_wording import WITHOUT_LABEL
from dashboard.review.plain.desk import Desk, press_page
from dashboard.wording import LABELS, cut_score

LIST_HEIGHT = 630
PAGER_HEIGHT = 50
ROW_HEIGHT, HEAD_HEIGHT = 28, 34


def pager(desk: Desk, page: QueuePage) -> None:
    """The range of listed cases and the buttons to turn pages; draws nothing for a single page."""
    if page.pages == 1:
        return
    last = page.first + len(page.items) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{page.first:,}–{last:,} of {page.total:,}", width="content")
        st.space("stretch")
        _turn(desk, page, -1, "K", ":material/chevron_left:")
        _turn(desk, page, 1, "J", ":material/chevron_right:")


def _turn(desk: Desk, page: QueuePage, step: int, key: str, icon: str) -> None:
    way, number = "next" if step > 0 else "previous", page.number + step
    st.button(
        icon,
        key=f"{way}_page_{page.number}",
        shortcut=key,
        help=f"{way.capitalize()} page",
        type="tertiary",
        disabled=not 1 <= number <= page.pages,
        on_click=press_page,
        args=(desk, number),
    )


def queue_list(desk: Desk, items: Sequence[QueueItem], *, is_paged: bool) -> None:
    """A table of cases with the open one selected. Its cells never render markup."""
    frame = pd.DataFrame(
        {
            "score": [cut_score(item.priority) if item.label else None for item in items],
            "label": [_label(item) for item in items],
            "comment": [item.excerpt for item in items],
        }
    )
    most = LIST_HEIGHT - PAGER_HEIGHT if is_paged else LIST_HEIGHT
    selected = desk.order.index(desk.revision_id) if desk.revision_id in desk.order else 0
    # The key contains the open case and the list, so that a decision redraws the table with the
    # new selection.
    key = f"queue_{desk.revision_id}_{len(items)}_{desk.page}"
    st.dataframe(
        frame,
        key=key,
        height=min(most, HEAD_HEIGHT + ROW_HEIGHT * len(items)),
        row_height=ROW_HEIGHT,
        placeholder="–",
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


def _label(item: QueueItem) -> str:
    return LABELS[item.label] if item.label else WITHOUT_LABEL[item.trigger]


def _pick(desk: Desk, key: str) -> None:
    """Open the clicked case; a click on a row's checkbox and one on a cell arrive separately."""
    chosen: Any = st.session_state[key]["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
    clicked = [desk.order[row] for row in rows if row < len(desk.order)]
    others = [revision_id for revision_id in clicked if revision_id != desk.revision_id]
    if others:
        desk.show(others[0])
        desk.say("")
