"""The results of one run: what changed, counts by action, scores by label, the highest scores."""

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.batch.results.places import ResultsPlace, place_before, results_place
from core.batch.results.view import RunResults, view_results
from core.batch.schedule.history import JobRun
from core.batch.schedule.jobs import Job
from core.errors import ConsoleError, NotFound
from core.moderation.permissions import Actor
from dashboard.runs.download import address
from dashboard.runs.results_wording import (
    HOW,
    flagged_frame,
    headline,
    label_frame,
    notes,
    outcome_frame,
)
from dashboard.runs.tables import HEADER_HEIGHT, ROW_HEIGHT
from dashboard.wording import LABELS, plain, viewer_zone

KEPT_S = 60
"""Results are read once in so many seconds at most: while a DuckDB file is read, no job can write
it."""


def results_panel(actor: Actor, job: Job, run: JobRun, older: Sequence[JobRun]) -> None:
    """Results that can't be read are told in one sentence in their place."""
    head = st.container(horizontal=True, vertical_alignment="center")
    with head:
        st.markdown("**Results**", width="content")
    try:
        place = results_place(job, run)
        results, problem = _read(actor, place, place_before(job, older, place))
    except NotFound as none:
        st.caption(plain(str(none)))
        return
    if results is None:
        st.warning(plain(f"The results can't be read: {problem}"), icon=":material/database_off:")
        return
    with head:
        st.space("stretch")
        st.link_button(
            "CSV",
            address(run),
            icon=":material/download:",
            help="All rows of the run as they stand, with scores, action and reason; no texts.",
        )
    st.markdown(plain(headline(results, viewer_zone(st.context.timezone))))
    _figures(results)
    if words := notes(results, place):
        st.caption(plain(words))
    _flagged(results)


@st.cache_data(ttl=KEPT_S, max_entries=50, show_spinner=False)
def _read(
    actor: Actor, place: ResultsPlace, before: ResultsPlace | None
) -> tuple[RunResults | None, str]:
    """Or why they can't be read: a server that does not answer is not asked at every refresh."""
    try:
        return view_results(actor, place, before), ""
    except ConsoleError as error:
        return None, str(error)


def _figures(results: RunResults) -> None:
    left, right = st.columns([58, 42], gap="medium")
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    with left:
        _table(
            outcome_frame(results),
            {
                "outcome": text(width=84, pinned=True),
                "rows": number(format="localized", width=76),
                "share": st.column_config.ProgressColumn(
                    format="percent", min_value=0, max_value=1, width=110
                ),
                "before": text(width=70, alignment="right"),
                "change": text(width=96, alignment="right"),
                "interval": text(width=104, help="Of the change, in points of a hundred."),
                "effect": number(
                    format="%.2f", width=58, help="Cohen's h: 0.2 is small, 0.8 is large."
                ),
                "evidence": text("is it chance?", width=120),
            },
            "Rows of the run by what became of them, with the change since the run before",
        )
    with right:
        _table(
            label_frame(results),
            {
                "label": text(width=106, pinned=True),
                "scored": number(format="localized", width=76),
                "mean": number("mean score", format="%.3f", width=86),
                "before": number(format="%.3f", width=64),
                "moved": text("largest difference", width=190),
                "evidence": text("is it chance?", width=120),
            },
            "Scores of the run by label, with the change since the run before",
        )
    if results.drift is not None:
        st.caption(plain(HOW))


def _flagged(results: RunResults) -> None:
    frame = flagged_frame(results.top, results.id_column)
    if frame.empty:
        st.caption("No row was held or removed.")
        return
    is_decided = "action" in frame
    st.markdown("**Highest scores**" + (" of rows held or removed" if is_decided else ""))
    score = st.column_config.NumberColumn(format="%.3f", width=96)
    text = st.column_config.TextColumn
    _table(
        frame,
        {
            "id": text(width=170, pinned=True),
            "row": text(width=90, pinned=True),
            "action": text(width=80),
            "reason": text(width=170),
            **dict.fromkeys(LABELS.values(), score),
        },
        "The rows with the highest scores, with action, reason and a score for each label",
        most_rows=10,
    )


def _table(
    frame: object, columns: dict[str, ColumnConfig], alt: str, *, most_rows: int = 8
) -> None:
    st.dataframe(
        frame,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(frame), most_rows) * ROW_HEIGHT + HEADER_HEIGHT,  # type: ignore[arg-type]
        column_config=columns,
        placeholder="–",
        alt=alt,
    )
