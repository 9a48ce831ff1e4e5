"""What one load test found."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from core.load_test.report import facts_of
from core.load_test.results import LoadTest, LoadTestStatus, RateStep
from core.load_test.rising_rate import find_knee
from core.load_test.scalability import UslFit, fit_usl
from dashboard.chart_language import in_own_language
from dashboard.data_table import data_table
from dashboard.figures import duration, rate
from dashboard.problems import told
from dashboard.scale.charts import held_words, latency_chart, law_chart, step_rows
from dashboard.scale.wording import (
    STATUSES,
    basis_words,
    client_words,
    headroom_words,
    knee_words,
    law_words,
    target_words,
    workers_words,
)
from dashboard.staff_texts import count, number, say
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
        st.badge(STATUSES[test.status], color=STATUS_COLORS[test.status])  # type: ignore[arg-type]
        st.space("stretch")
        st.download_button(
            "JSON",
            json.dumps(facts_of(test), indent=1),
            file_name=f"load-test-{test.id}.json",
            mime="application/json",
            icon=":material/download:",
            key=f"download_{place}",
        )
    st.caption(plain(basis_words(test)))
    if test.problem is not None:
        st.error(plain(told(test.problem)), icon=":material/error:")
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


def _knees(test: LoadTest, busiest_rps: float) -> None:
    grid = st.grid(len(test.plan.workers), min_column_width=TILE_PX)
    for workers in test.plan.workers:
        knee = find_knee(test.steps_of(workers), test.plan.share)
        step = knee.step
        grid.metric(
            _knee_title(test, workers),
            rate(knee.held_rps),
            say("scale.knee.no_rate_held") if step is None else f"p99 {duration(step.p99_ms)}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    st.caption(plain(_knee_sentences(test, busiest_rps)))
    if (busy := client_words(test.steps)) is not None:
        st.warning(plain(busy), icon=":material/info:")


def _knee_title(test: LoadTest, workers: int) -> str:
    if test.plan.url is not None:
        return say("scale.knee.title")
    return say("scale.knee.of_workers", workers=workers_words((workers,)))


def _knee_sentences(test: LoadTest, busiest_rps: float) -> str:
    """The knee of the most workers, and the headroom of the fewest."""
    most, least = test.plan.workers[-1], test.plan.workers[0]
    words = knee_words(test, most)
    if test.plan.url is None:
        words = say("scale.knee.with_workers", workers=workers_words((most,)), knee=words)
    knee = find_knee(test.steps_of(least), test.plan.share)
    return f"{words} {headroom_words(knee, busiest_rps)}"


def _curves(test: LoadTest, place: str) -> None:
    st.markdown(f"**{say('scale.curves.title')}**")
    rows = step_rows(test.steps, test.plan.share)
    if rows["p99"].isna().all():
        st.caption(say("scale.curves.nothing"))
        return
    st.altair_chart(
        in_own_language(latency_chart(rows, test.plan.within_ms)),
        height=CHART_HEIGHT,
        key=f"curves_{place}",
        alt=say("scale.curves.about"),
    )


def _law(test: LoadTest, place: str) -> None:
    if test.plan.url is not None or not test.rounds:
        return
    fit = _fit(tuple((workers, tuple(found)) for workers, found in test.throughputs.items()))
    st.markdown(f"**{say('scale.law.title')}** ({say('scale.law.name')})")
    if fit is not None:
        st.altair_chart(
            in_own_language(law_chart(fit, dict(test.throughputs))),
            height=CHART_HEIGHT,
            key=f"law_{place}",
            alt=say("scale.law.about"),
        )
    st.caption(plain(law_words(fit)))


@st.cache_data(max_entries=32, show_spinner=False)
def _fit(measured: tuple[tuple[int, tuple[float, ...]], ...]) -> UslFit | None:
    return fit_usl(dict(measured))


def _steps(test: LoadTest, place: str) -> None:
    frame = pd.DataFrame(
        [
            {
                "workers": one.workers,
                "offered": one.offered_rps,
                "objective": held_words(one.holds(test.plan.share)),
                "in time": _in_time(one),
                "refused": one.refused,
                "failed": one.failed,
                "p50": one.p50_ms,
                "p99": one.p99_ms,
            }
            for one in test.steps
        ]
    )
    with st.expander(count("scale.steps.all", len(frame))):
        data_table(
            frame,
            _step_columns(),
            key=f"steps_{place}",
            alt=say("scale.steps.about"),
            most_rows=MOST_ROWS,
        )


def _in_time(step: RateStep) -> str:
    good, requests = number(step.good), number(step.requests)
    return say("scale.steps.good_of_all", good=good, requests=requests)


def _step_columns() -> dict[str, Any]:
    text, figure = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "workers": figure(say("scale.steps.workers"), width=70),
        "offered": figure(say("scale.steps.offered"), format="%.1f", width=90),
        "objective": text(say("scale.steps.objective"), width=80),
        "in time": text(say("scale.steps.in_time"), width=110),
        "refused": figure(say("scale.steps.refused"), width=70),
        "failed": figure(say("scale.steps.failed"), width=70),
        "p50": figure("p50, ms", format="%.1f", width=80),
        "p99": figure("p99, ms", format="%.1f", width=80),
    }
