"""The tables of the page Runs. Their cells never render markup."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.batch.schedule.overview import JobsOverview, JobState
from dashboard.data_table import ROW_HEIGHT, table_height
from dashboard.runs.wording import count, outcome, times, took, when
from dashboard.staff_texts import say

MOST_ROWS = 12


def jobs_table(view: JobsOverview, zone: tzinfo) -> int:
    """One row a job. Returns the number of the selected one."""
    frame = pd.DataFrame(
        {
            "job": [state.job.name for state in view.jobs],
            "last run": [
                outcome(state.last, is_scheduled=view.is_scheduled) for state in view.jobs
            ],
            "began": [
                when(state.last.started_at if state.last else None, zone) for state in view.jobs
            ],
            "took": [took(state.last, state.usual_s) for state in view.jobs],
            "rows": [count(state.last, "scored_count") for state in view.jobs],
            "failed": [count(state.last, "failed_count") for state in view.jobs],
            "next": [when(state.next_at, zone) for state in view.jobs],
            "times": [times(state) for state in view.jobs],
        }
    )
    return _picked(frame, f"runs_jobs_{len(view.jobs)}", say("runs.table.alt_jobs"))


def runs_table(state: JobState, zone: tzinfo, *, is_scheduled: bool) -> int:
    """One row a run of the job, the newest first. Returns the number of the selected one."""
    frame = pd.DataFrame(
        {
            "began": [when(run.started_at, zone) for run in state.runs],
            "for": [when(run.planned_at, zone) for run in state.runs],
            "attempt": [run.attempt for run in state.runs],
            "outcome": [outcome(run, is_scheduled=is_scheduled) for run in state.runs],
            "took": [took(run, None) for run in state.runs],
            "rows": [count(run, "scored_count") for run in state.runs],
            "failed": [count(run, "failed_count") for run in state.runs],
            "unchanged": [count(run, "unchanged_count") for run in state.runs],
        }
    )
    alt = say("runs.table.alt_runs", job=state.job.name)
    return _picked(frame, f"runs_of_{state.job.name}", alt)


def _columns() -> dict[str, ColumnConfig]:
    """Of both tables."""
    headings = {
        "job": say("runs.table.job"),
        "last run": say("runs.table.last_run"),
        "began": say("runs.table.began"),
        "for": say("runs.table.planned_for"),
        "attempt": say("runs.table.attempt"),
        "outcome": say("runs.table.ended"),
        "took": say("runs.table.took"),
        "next": say("runs.table.next"),
        "times": say("runs.table.times"),
    }
    counts = {
        "rows": say("runs.table.rows"),
        "failed": say("runs.table.failed"),
        "unchanged": say("runs.table.unchanged"),
    }
    plain, number = st.column_config.Column, st.column_config.TextColumn
    return {name: plain(words) for name, words in headings.items()} | {
        name: number(words, alignment="right", width=80) for name, words in counts.items()
    }


def _picked(frame: pd.DataFrame, key: str, alt: str) -> int:
    """Shows the table; the number of its selected row."""
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=table_height(len(frame), MOST_ROWS),
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        column_config=_columns(),
        alt=alt,
    )
    return _selected(event["selection"]["rows"], len(frame))


def _selected(rows: Sequence[int], count: int) -> int:
    return min(int(rows[0]), count - 1) if rows else 0
