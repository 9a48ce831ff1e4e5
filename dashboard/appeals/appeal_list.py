"""The list of appeals, and the buttons to the next and the previous one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from core.moderation.appeals import Appeal
from dashboard.appeals.place import HearingPlace
from dashboard.appeals.wording import due_words, excerpt
from dashboard.data_table import HEADER_HEIGHT, NARROW_ROW_HEIGHT
from dashboard.staff_texts import say
from dashboard.wording import ago

LIST_HEIGHT = 560


def appeal_list(place: HearingPlace, appeals: Sequence[Appeal], now: datetime) -> tuple[str, ...]:
    """A table of appeals with the open one selected; its cells never render markup. Returns the
    shortcut keys of the buttons above it."""
    ids = [appeal.id for appeal in appeals]
    selected = [row for row, appeal_id in enumerate(ids) if appeal_id == place.appeal_id]
    keys = _steps(place, ids, selected[0] if selected else None)
    when, words = say("appeals.list.when"), say("appeals.list.words")
    frame = pd.DataFrame(
        {
            when: [
                due_words(each.due_at, now) if each.heard_at is None else ago(each.heard_at, now)
                for each in appeals
            ],
            words: [excerpt(each.words) for each in appeals],
        }
    )
    # The key contains the open appeal and the list: when either changes, the selection is reset.
    key = f"appeals_{place.appeal_id}_{hash(tuple(ids))}"
    st.dataframe(
        frame,
        key=key,
        height=min(LIST_HEIGHT, HEADER_HEIGHT + NARROW_ROW_HEIGHT * len(appeals)),
        row_height=NARROW_ROW_HEIGHT,
        hide_index=True,
        on_select=lambda: _pick(place, ids, key),
        selection_mode=["single-row-required" if selected else "single-row", "single-cell"],
        selection_default={"selection": {"rows": selected}},
        column_config={
            when: st.column_config.TextColumn(width=112),
            words: st.column_config.TextColumn(width=400),
        },
        alt=say("appeals.list.alt"),
    )
    return keys


def _steps(place: HearingPlace, ids: Sequence[str], row: int | None) -> tuple[str, ...]:
    """The buttons Previous and Next. From an appeal that has left the list, Next goes to the
    first one."""
    steps = (
        (say("appeals.list.previous"), "K", None if not row else row - 1),
        (say("appeals.list.next"), "J", _after(ids, row)),
    )
    enabled = []
    with st.container(horizontal=True, gap="small"):
        for name, key, to in steps:
            st.button(
                name,
                key=f"step_{key}_{place.appeal_id}",
                shortcut=key,
                width="stretch",
                disabled=to is None,
                on_click=place.open,
                args=(None if to is None else ids[to],),
            )
            if to is not None:
                enabled.append(key)
    return tuple(enabled)


def _after(ids: Sequence[str], row: int | None) -> int | None:
    following = 0 if row is None else row + 1
    return following if following < len(ids) else None


def _pick(place: HearingPlace, ids: Sequence[str], key: str) -> None:
    """Open the clicked appeal; a click on a row's checkbox and one on a cell arrive separately."""
    selection: Any = st.session_state[key]["selection"]
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    clicked = [ids[row] for row in rows if row < len(ids) and ids[row] != place.appeal_id]
    if clicked:
        place.open(clicked[0])
