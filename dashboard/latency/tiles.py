"""The tiles at the top of the latency page."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.grid_container import GridContainer

from core.services.comparison import Comparison
from core.servinglog.answers import Refused
from core.servinglog.percentiles import QUANTILES, Quantile, basis, is_weak
from dashboard.figures import counted, duration, percent, rate, reasons
from dashboard.latency.change_wording import ChangeWords, change_words, interval
from dashboard.latency.sparklines import sparkline

SPARKLINE_PX = 44
TILE_PX = 130  # six in a row at 1,024 pixels, two on a phone
EXPLAINED: dict[Quantile, str] = {"p50": "Half", "p95": "95 %", "p99": "99 %"}


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
        "Throughput",
        rate(now.comments_per_s),
        below=counted(now.comments, "comment"),
        explain="Comments scored a second, from the first call to the end of the last.",
    )
    _tile(
        grid,
        comparison,
        "error_share",
        "Errors",
        percent(now.error_share),
        below=f"{now.errors:,} of {counted(now.calls, 'call')}",
        explain="Share of calls that failed, wholly or in one of their comments.",
    )
    why = f" Why: {reasons(refused)}." if refused else ""
    _tile(
        grid,
        comparison,
        "refused_share",
        "Refused requests",
        f"{comparison.here.refused:,}",
        below=f"besides {counted(now.calls, 'call')}",
        explain=f"Refused without a call to a backend, whatever the filter.{why}",
        changed=_more_refused(comparison),
    )


def _percentile(grid: GridContainer, comparison: Comparison, quantile: Quantile) -> None:
    now = comparison.here.summary
    measured = comparison.here.figures.percentile(quantile)
    ends = None if measured is None else interval(quantile, measured.estimate)
    few = basis(quantile, now.answered)
    _tile(
        grid,
        comparison,
        quantile,
        quantile,
        duration(now.percentile(quantile)),
        below=few if ends is None or is_weak(quantile, now.answered) else ends,
        explain=f"{EXPLAINED[quantile]} of the {now.answered:,} answered calls took at most this "
        "long, whatever their size. Below: its 99 % interval by order statistics, which allows for "
        "calls that resemble their neighbours.",
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
    tile.altair_chart(
        sparkline(comparison, trend),
        height=SPARKLINE_PX,
        key=f"trend_{label}",
        alt=f"The trend of {label} from zero up{_largest(comparison.here.trend, trend)}",
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
        "no change" if is_same else words.delta,
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
    return f"{comparison.here.refused - comparison.there.refused:+,}"


def _largest(trend: pd.DataFrame, name: str) -> str:
    most = trend[name].max() if len(trend) else None
    if most is None or pd.isna(most):
        return ""
    if name in QUANTILES:
        return f"; at most {duration(most)}"
    return f"; at most {rate(most) if name == 'comments_per_s' else f'{most:,.2g}'}"
