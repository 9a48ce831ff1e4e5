"""The list of cases, most urgent first."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.moderation.queue import Count
from core.services.queue import CasePage
from core.store.queue_views import QueueLine
from dashboard.covered import covered_text
from dashboard.data_table import HEADER_HEIGHT, NARROW_ROW_HEIGHT
from dashboard.review.case_wording import WITHOUT_LABEL, cases_figure
from dashboard.review.plain.desk import Desk, press_page
from dashboard.staff_texts import say
from dashboard.wording import LABELS, cut_score

LISTED = 200
LIST_HEIGHT = 630
PAGER_HEIGHT = 50


def has_pages(page: CasePage) -> bool:
    """Whether there are cases on other pages."""
    return page.previous is not None or page.next is not None


def pager(desk: Desk, page: CasePage) -> None:
    """The range of listed cases and the buttons to turn pages; draws nothing for a single page."""
    if not has_pages(page):
        return
    first = Count(page.before.number + 1, page.before.is_exact)
    last = Count(page.before.number + len(page.items), page.before.is_exact)
    # Very many are not counted to the end: there are at least those on the page.
    total = page.total if page.total.number >= last.number else Count(last.number, is_exact=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = say(
            "plain.table.range",
            first=cases_figure(first),
            last=cases_figure(last),
            total=cases_figure(total),
        )
        st.caption(words, width="content")
        st.space("stretch")
        _turn(desk, "previous", page.previous, "K", ":material/chevron_left:")
        _turn(desk, "next", page.next, "J", ":material/chevron_right:")


def _turn(desk: Desk, way: str, cursor: str | None, key: str, icon: str) -> None:
    st.button(
        icon,
        key=f"{way}_page_{desk.after}",
        shortcut=key,
        help=say(f"plain.table.{way}"),
        type="tertiary",
        disabled=cursor is None,
        on_click=press_page,
        args=(desk, cursor),
    )


def queue_list(desk: Desk, items: Sequence[QueueLine], *, is_paged: bool, is_covered: bool) -> None:
    """A table of cases with the open one selected. Its cells never render markup, and cover severe
    words if `is_covered`."""
    frame = pd.DataFrame(
        {
            "score": [_score(item) for item in items],
            "label": [_label(item) for item in items],
            "comment": [covered_text(item.excerpt, is_wanted=is_covered) for item in items],
        }
    )
    most = LIST_HEIGHT - PAGER_HEIGHT if is_paged else LIST_HEIGHT
    selected = desk.order.index(desk.revision_id) if desk.revision_id in desk.order else 0
    # The key contains the open case and the list, so that a decision redraws the table with the
    # new selection.
    key = f"queue_{desk.revision_id}_{len(items)}_{desk.after}"
    st.dataframe(
        frame,
        key=key,
        height=min(most, HEADER_HEIGHT + NARROW_ROW_HEIGHT * len(items)),
        row_height=NARROW_ROW_HEIGHT,
        placeholder="–",
        hide_index=True,
        on_select=lambda: _pick(desk, key),
        selection_mode=["single-row-required", "single-cell"],
        selection_default={"selection": {"rows": [selected]}},
        column_config={
            "score": st.column_config.NumberColumn(
                say("common.scores.score"), format="%.2f", width=52
            ),
            "label": st.column_config.TextColumn(say("common.scores.label"), width=92),
            "comment": st.column_config.TextColumn(say("plain.table.comment"), width=400),
        },
        alt=say("plain.table.alt"),
    )


def _score(item: QueueLine) -> float | None:
    return None if item.label is None or item.score is None else cut_score(item.score)


def _label(item: QueueLine) -> str:
    return LABELS[item.label] if item.label else WITHOUT_LABEL[item.trigger]


def _pick(desk: Desk, key: str) -> None:
    """Open the clicked case; a click on a row's checkbox and one on a cell arrive separately."""
    chosen: Any = st.session_state[key]["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
    clicked = [desk.order[row] for row in rows if row < len(desk.order)]
    others = [revision_id for revision_id in clicked if revision_id != desk.revision_id]
    if others:
        desk.show(others[0])
        desk.tell(str)
