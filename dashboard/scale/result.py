"""What one load test found."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from core.load_test.report import facts_of
from core.load_test.results import LoadTest, LoadTestStatus
from core.load_test.rising_rate import find_knee
from core.load_test.scalability import UslFit, fit_usl
from core.load_test.wording import (
    STATUS_WORDS,
    client_words,
    headroom_words,
    knee_words,
    law_words,
    objective_words,
    target_words,
    workers_words,
)
from dashboard.data_table import data_table
from dashboard.figures import duration, rate
from dashboard.scale.charts import latency_chart, law_chart, step_rows
from dashboard.wording import plain

CHART_HEIGHT = 260
MOST_ROWS = 8
STATUS_COLORS = {
    LoadTestStatus.RUNNING: "blue",
    LoadTestStatus.DONE: "green",
    LoadTestStatus.STOPPED: "gray",
    LoadTestStatus.FAILED: "red",
}
TILE_PX = 150


def result_panel(test: LoadTest, busiest_rps: float, *, place: str, is_alone: bool = False) -> None:
    """The knee of each number of workers, the curves and the law; side by side if the panel is
    alone. `place` tells two panels of a page apart."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(target_words(test))}**", width="content")
        st.badge(STATUS_WORDS[test.status], color=STATUS_COLORS[test.status])  # type: ignore[arg-type]
        st.space("stretch")
        st.download_button(
            "JSON",
            json.dumps(facts_of(test), indent=1),
            file_name=f"load-test-{test.id}.json",
            mime="application/json",
            icon=":material/download:",
            key=f"download_{place}",
        )
    st.caption(plain(_basis(test)))
    if test.problem is not None:
        st.error(plain(test.problem), icon=":material/error:")
    if test.steps:
        _knees(test, busiest_rps)
    has_both = bool(test.steps and test.rounds)
    left, right = (
        st.columns(2, gap="medium") if is_alone and has_both else (st.container(), st.container())
    )
    if test.steps:
        with left:
            _curves(test, place)
    with right:
        _law(test, place)
    if test.steps:
        _steps(test, place)


def _basis(test: LoadTest) -> str:
    model = " ".join(filter(None, (test.backend, test.model_version)))
    return f"{objective_words(test)}; {model or 'backend not known'}; {test.machine}."


def _knees(test: LoadTest, busiest_rps: float) -> None:
    grid = st.grid(len(test.plan.workers), min_column_width=TILE_PX)
    for workers in test.plan.workers:
        knee = find_knee(test.steps_of(workers), test.plan.share)
        step = knee.step
        name = "" if test.plan.url is not None else f", {workers_words((workers,))}"
        grid.metric(
            f"Knee{name}",
            rate(knee.held_rps),
            "no rate held" if step is None else f"p99 {duration(step.p99_ms)}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    most, least = test.plan.workers[-1], test.plan.workers[0]
    with_words = "" if test.plan.url is not None else f"With {workers_words((most,))}: "
    knee = find_knee(test.steps_of(least), test.plan.share)
    st.caption(plain(f"{with_words}{knee_words(test, most)} {headroom_words(knee, busiest_rps)}"))
    if (busy := client_words(test.steps)) is not None:
        st.warning(plain(busy), icon=":material/info:")


def _curves(test: LoadTest, place: str) -> None:
    st.markdown("**Latency as the rate rises**")
    rows = step_rows(test.steps, test.plan.share)
    if rows["p99"].isna().all():
        st.caption("Nothing was answered.")
        return
    st.altair_chart(
        latency_chart(rows, test.plan.within_ms),
        height=CHART_HEIGHT,
        key=f"curves_{place}",
        alt="The 99th percentile of latency by offered rate, with the objective's limit",
    )


def _law(test: LoadTest, place: str) -> None:
    if test.plan.url is not None or not test.rounds:
        return
    fit = _fit(tuple((workers, tuple(found)) for workers, found in test.throughputs.items()))
    st.markdown("**What more workers bring** (Universal Scalability Law)")
    if fit is not None:
        st.altair_chart(
            law_chart(fit, dict(test.throughputs)),
            height=CHART_HEIGHT,
            key=f"law_{place}",
            alt="Requests a second by number of workers, with the law's interval of 90 %",
        )
    st.caption(plain(law_words(fit)))


@st.cache_data(max_entries=32, show_spinner=False)
def _fit(measured: tuple[tuple[int, tuple[float, ...]], ...]) -> UslFit | None:
    return fit_usl(dict(measured))


def _steps(test: LoadTest, place: str) -> None:
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "workers": number(width=70),
        "offered /s": number(format="%.1f", width=90),
        "objective": st.column_config.TextColumn(width=80),
        "in time": st.column_config.TextColumn(width=110),
        "refused": number(width=70),
        "failed": number(width=70),
        "p50, ms": number(format="%.1f", width=80),
        "p99, ms": number(format="%.1f", width=80),
    }
    frame = pd.DataFrame(
        [
            {
                "workers": one.workers,
                "offered /s": one.offered_rps,
                "objective": "holds" if one.holds(test.plan.share) else "breaks",
                "in time": f"{one.good:,} of {one.requests:,}",
                "refused": one.refused,
                "failed": one.failed,
                "p50, ms": one.p50_ms,
                "p99, ms": one.p99_ms,
            }
            for one in test.steps
        ]
    )
    with st.expander(f"All {len(frame):,} loads"):
        data_table(
            frame,
            columns,
            key=f"steps_{place}",
            alt="Each rate that was offered, in order, and what was answered",
            most_rows=MOST_ROWS,
        )
