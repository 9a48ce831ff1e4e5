"""An appeal next to its comment. All texts by authors and staff go through `st.text`."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import pandas as pd
import streamlit as st

from core.moderation.invisible import isolated
from core.moderation.notices import AppealStage
from core.moderation.policies import Policy
from core.store.views import AppealItem
from dashboard.appeals.hearing import HearingPlace
from dashboard.data_table import HEADER_HEIGHT, NARROW_ROW_HEIGHT
from dashboard.wording import APPEAL_BADGES, NO_LONGER_SHOWN, ago, decision_line, local_time

CARD_HEIGHT = 360
LIST_HEIGHT = 560
EXCERPT_CHARS = 160


def appeal_list(place: HearingPlace, items: Sequence[AppealItem], now: datetime) -> None:
    """A table of appeals with the open one selected. Its cells never render markup."""
    ids = [item.appeal.id for item in items]
    selected = [row for row, appeal_id in enumerate(ids) if appeal_id == place.appeal_id]
    frame = pd.DataFrame(
        {
            "filed": [ago(item.appeal.filed_at, now) for item in items],
            "the author says": [_excerpt(item.appeal.words) for item in items],
        }
    )
    # The key contains the open appeal and the list: when either changes, the selection is reset.
    key = f"appeals_{place.appeal_id}_{hash(tuple(ids))}"
    st.dataframe(
        frame,
        key=key,
        height=min(LIST_HEIGHT, HEADER_HEIGHT + NARROW_ROW_HEIGHT * len(items)),
        row_height=NARROW_ROW_HEIGHT,
        hide_index=True,
        on_select=lambda: _pick(place, ids, key),
        selection_mode=["single-row-required" if selected else "single-row", "single-cell"],
        selection_default={"selection": {"rows": selected}},
        column_config={
            "filed": st.column_config.TextColumn(width=82),
            "the author says": st.column_config.TextColumn(width=400),
        },
        alt="Appeals, the one open is selected",
    )


def appeal_card(item: AppealItem, policy: Policy, now: datetime) -> None:
    """The comment and the appeal side by side, the decision below. The height is fixed, so that
    the buttons below never move."""
    decision = item.decision
    with st.container(border=True, height=CARD_HEIGHT):
        comment, objection = st.columns(2, gap="medium")
        with comment:
            st.caption("The comment")
            st.text(NO_LONGER_SHOWN if item.is_withdrawn else item.text)
            st.text(f"— {isolated(item.author)}")
        with objection:
            st.caption(f"The author objects, {ago(item.appeal.filed_at, now)}")
            st.text(item.appeal.words)
        st.caption("The decision")
        st.text(decision_line(decision, now))
        if decision.reason_code is not None:
            reason = policy.reason(decision.reason_code)
            st.text(f"{reason.title}: {reason.text}")
        if decision.note:
            st.caption("Note to the author")
            st.text(decision.note)


def outcome_card(item: AppealItem, zone: tzinfo) -> None:
    """The outcome of an appeal: who heard it, when, and the reason given to the author."""
    text, color, icon = APPEAL_BADGES[AppealStage(item.appeal.status)]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(text, color=color, icon=icon)  # type: ignore[arg-type]  # from the table
            if item.appeal.heard_at is not None:
                by = f"by {item.appeal.heard_by}, " if item.appeal.heard_by is not None else ""
                st.text(f"{by}{local_time(item.appeal.heard_at, zone)}")
        st.text(item.appeal.outcome_reason or "")


def _pick(place: HearingPlace, ids: Sequence[str], key: str) -> None:
    """Open the clicked appeal; a click on a row's checkbox and one on a cell arrive separately."""
    selection: Any = st.session_state[key]["selection"]
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    clicked = [ids[row] for row in rows if row < len(ids) and ids[row] != place.appeal_id]
    if clicked:
        place.open(clicked[0])


def _excerpt(words: str) -> str:
    return " ".join(words[: EXCERPT_CHARS * 2].split())[:EXCERPT_CHARS]
