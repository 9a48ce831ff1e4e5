"""The tiles at the top of the latency page."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.grid_container import GridContainer

from core.services.comparison import Comparison
from core.servinglog.answers import Refused
from core.servinglog.percentiles import QUANTILES, Quantile, is_weak
from dashboard.figures import duration, percent, rate, reasons, significant
from dashboard.latency.change_wording import ChangeWords, change_words, interval, with_sign
from dashboard.latency.sparklines import sparkline
from dashboard.staff_texts import count, number, say

TILE_PX = 130  # six in a row at 1,024 pixels, two on a phone
SHARES: dict[Quantile, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def tiles(comparison: Comparison, refused: list[Refused]) -> None:
    """Figures of the whole window, each against what it is compared with. Refused requests have a
    tile of their own, because no other figure counts them."""
    grid = st.grid(6, min_column_width=TILE_PX)
    for quantile in QUANTILES:
        _percentile(grid, comparison, quantile)
    now = comparison.here.summary
    _tile(
        grid,
        comparison,
        "comments_per_s",
        say("latency.tile.throughput"),
        rate(now.comments_per_s),
        below=count("latency.tile.comments", now.comments),
        explain=say("latency.tile.about_throughput"),
    )
    _tile(
        grid,
        comparison,
        "error_share",
        say("latency.tile.errors"),
        percent(now.error_share),
        below=count("latency.tile.errors_of", now.calls, errors=number(now.errors)),
        explain=say("latency.tile.about_errors"),
    )
    _tile(
        grid,
        comparison,
        "refused_share",
        say("latency.tile.refused"),
        number(comparison.here.refused),
        below=count("latency.tile.besides", now.calls),
        explain=_about_refused(refused),
        changed=_more_refused(comparison),
    )


def _about_refused(refused: list[Refused]) -> str:
    about = say("latency.tile.about_refused")
    if not refused:
        return about
    return f"{about} {say('latency.tile.why_refused', whys=reasons(refused))}"


def _percentile(grid: GridContainer, comparison: Comparison, quantile: Quantile) -> None:
    now = comparison.here.summary
    measured = comparison.here.figures.percentile(quantile)
    ends = None if measured is None else interval(quantile, measured.estimate)
    weak = is_weak(quantile, now.answered)
    few = count("latency.tile.too_few" if weak else "latency.tile.of_calls", now.answered)
    share = percent(SHARES[quantile])
    about = count(
        "latency.tile.half" if quantile == "p50" else "latency.tile.share",
        now.answered,
        share=share,
    )
    _tile(
        grid,
        comparison,
        quantile,
        quantile,
        duration(now.percentile(quantile)),
        below=few if ends is None or weak else ends,
        explain=f"{about} {say('latency.tile.about_interval')}",
    )


def _tile(
    grid: GridContainer,
    comparison: Comparison,
    name: str,
    label: str,
    value: str,
    *,
    below: str,
    explain: str,
    changed: str | None = None,
) -> None:
    change = comparison.changes.get(name)
    words = None if change is None else change_words(name, change, changed)
    tile = grid.cell().container(border=True, gap="xxsmall", height="stretch")
    _figure(tile, label, value, words, explain)
    told = "" if words is None or _is_same(words) else f"{words.note}  \n"
    tile.caption(f"{told}{below}")
    trend = "refused" if name == "refused_share" else name
    tile.image(
        sparkline(comparison, trend),
        width="stretch",
        alt=_about_trend(label, comparison.here.trend, trend),
    )


def _figure(
    tile: DeltaGenerator, label: str, value: str, words: ChangeWords | None, explain: str
) -> None:
    if words is None:
        tile.metric(label, value, help=explain)
        return
    is_same = _is_same(words)
    tile.metric(
        label,
        value,
        say("latency.tile.no_change") if is_same else words.delta,
        delta_color="gray" if is_same else words.color,
        delta_arrow="off" if is_same else "auto",
        help=explain if is_same else f"{explain} {words.why}",
    )


def _is_same(words: ChangeWords) -> bool:
    """Whether the change is written as nothing."""
    return not any(digit in words.delta for digit in "123456789")


def _more_refused(comparison: Comparison) -> str | None:
    if comparison.there is None:
        return None
    return with_sign(number(comparison.here.refused - comparison.there.refused))


def _about_trend(label: str, trend: pd.DataFrame, name: str) -> str:
    most = trend[name].max() if len(trend) else None
    if most is None or pd.isna(most):
        return say("latency.tile.trend", figure=label)
    if name in QUANTILES:
        words = duration(most)
    else:
        words = rate(most) if name == "comments_per_s" else significant(most, 2)
    return say("latency.tile.trend_at_most", figure=label, most=words)
