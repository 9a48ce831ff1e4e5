"""One window of the latency page, loaded in one go and kept for one refresh."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from core.servinglog.answers import Summary
from core.servinglog.estimate import Estimate, estimate
from core.servinglog.queries import ServingLogQueries, Traffic
from core.servinglog.windows import MAX_BUCKETS, Window, WindowChoice, bucket_s, window_of
from dashboard.latency.charts import MAX_POINTS, busiest
from dashboard.serving_log import REFRESH_S

SPARK_BUCKETS = 60
MIN_BUCKETS = 30
CALLS_PER_BUCKET = 10
DOTS_UP_TO = 400  # calls: fewer are shown one by one
ESTIMATED_COMMENTS = 100


@dataclass(frozen=True, slots=True)
class ServingView:
    """One window. `previous` is None where it has no calls; `dots` where there are too many calls
    to draw each; `lines` and `dots` hold the busiest series only, `hidden_count` are not drawn.
    """

    summary: Summary
    previous: Summary | None
    trend: pd.DataFrame
    lines: pd.DataFrame
    dots: pd.DataFrame | None
    table: pd.DataFrame
    slowest: pd.DataFrame
    estimates: tuple[tuple[str, Estimate], ...]
    bucket_s: int
    hidden_count: int

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the start of the first bucket to the end of the last."""
        starts = self.lines["bucket_at"]
        return starts.min().to_pydatetime(), (
            starts.max() + timedelta(seconds=self.bucket_s)
        ).to_pydatetime()


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_view(
    _queries: ServingLogQueries, folder: str, choice: WindowChoice, traffic: Traffic, _now: datetime
) -> ServingView:
    """The window that ends now; a result is at most `REFRESH_S` old."""
    window = window_of(choice, _now)
    summary = _queries.summary(window, traffic)
    before = None if choice is WindowChoice.ALL else _queries.summary(window.previous(), traffic)
    table = _queries.by_backend(window, traffic)
    shown = busiest(table)
    width = bucket_s(summary.covered_s, _bucket_count(summary.calls, len(shown)))
    coarse = _queries.series(window, bucket_s(summary.covered_s, SPARK_BUCKETS), traffic)
    few = summary.calls <= DOTS_UP_TO
    lines = _queries.series(window, width, traffic)
    slowest = _queries.slowest(window, traffic, limit=DOTS_UP_TO)
    return ServingView(
        summary=summary,
        previous=before if before is not None and before.calls else None,
        trend=_whole_buckets(coarse[coarse["series"].isna()]),
        lines=lines[lines["series"].isin(shown)],
        dots=slowest[slowest["series"].isin(shown)] if few else None,
        table=table.assign(trend=_sparklines(coarse, table)),
        slowest=slowest[:50],
        estimates=_estimates(_queries, window, traffic),
        bucket_s=width,
        hidden_count=len(table) - len(shown),
    )


def _bucket_count(calls: int, series_count: int) -> int:
    """How many buckets at most: about ten calls in each, or its percentile is one call's time."""
    drawable = min(MAX_BUCKETS, MAX_POINTS // max(1, series_count))
    return max(MIN_BUCKETS, min(drawable, calls // CALLS_PER_BUCKET))


def _whole_buckets(trend: pd.DataFrame) -> pd.DataFrame:
    """Without the first and last bucket, which the window cuts: half a bucket looks like a drop."""
    return trend if len(trend) < 8 else trend.iloc[1:-1]


def _sparklines(coarse: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """p95 over time for each row of the table; a bucket without calls is left out."""
    by_series = coarse.dropna(subset=["series", "p95"]).groupby("series")["p95"].agg(list)
    return pd.Series([by_series.get(name, []) for name in table["series"]], index=table.index)


def _estimates(
    queries: ServingLogQueries, window: Window, traffic: Traffic
) -> tuple[tuple[str, Estimate], ...]:
    found = []
    for name, calls in queries.newest_calls(window, traffic).groupby("series", sort=True):
        pairs = list(zip(calls["batch_size"], calls["total_ms"], strict=True))
        one = estimate(ESTIMATED_COMMENTS, pairs)
        if one is not None:
            found.append((str(name), one))
    return tuple(sorted(found, key=lambda pair: pair[1].p50_ms))
