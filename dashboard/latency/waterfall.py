"""The phases of one request's calls after each other. Pure: from records to an Altair chart."""

from collections.abc import Sequence
from datetime import timedelta

import altair as alt
import pandas as pd

from core.servinglog.answers import series_name
from core.servinglog.phases import Phase, phases, unknown_phases
from core.servinglog.record import ServingRecord
from dashboard.figures import duration

MOST_CALLS = 8
ROW_PX, AXIS_PX = 24, 70
PHASE_COLORS: dict[Phase, str] = {
    Phase.CLIENT_QUEUE: "#c79a2b",
    Phase.QUEUE: "#b98a5e",
    Phase.FIRST_STAGE: "#4f9d8b",
    Phase.NETWORK: "#9070b8",
    Phase.SERVER_QUEUE: "#c2703f",
    Phase.TOKENIZE: "#8794a8",
    Phase.COMPUTE: "#5a7fb5",
    Phase.SERVER: "#7b9a9e",
    Phase.NOT_TOLD: "#a58aa0",
    Phase.OTHER: "#a9adb5",
}
"""Muted and different from the series colours, so that nobody mistakes a phase for a series."""
ORDER_NOTE = (
    "The log knows how long each phase took, not when it began: they are drawn in the order in "
    "which a call goes through them."
)


def waterfall_rows(calls: Sequence[ServingRecord]) -> pd.DataFrame:
    """A row for each phase: `row` (its label), `phase`, `from_ms` and `to_ms` since the first call
    began, `ms`, `order`."""
    first = calls[0].started_at
    rows: list[dict[str, object]] = []
    for number, call in enumerate(calls[:MOST_CALLS], start=1):
        at_ms = (call.started_at - first) / timedelta(milliseconds=1)
        for one in phases(call):
            rows.append(
                {
                    "row": f"{number}: {one.phase}" if len(calls) > 1 else str(one.phase),
                    "phase": str(one.phase),
                    "from_ms": at_ms,
                    "to_ms": at_ms + one.ms,
                    "ms": one.ms,
                    "order": len(rows),
                }
            )
            at_ms += one.ms
    return pd.DataFrame(rows, columns=["row", "phase", "from_ms", "to_ms", "ms", "order"])


def waterfall(rows: pd.DataFrame) -> alt.Chart:
    """One bar a phase, on one scale of milliseconds."""
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(height=12)
        .encode(
            x=alt.X("from_ms:Q", title="ms since the request's first call", scale=_FROM_ZERO),
            x2="to_ms:Q",
            y=alt.Y(
                "row:N",
                title=None,
                sort=list(rows["row"]),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=220),
            ),
            color=alt.Color(
                "phase:N",
                scale=alt.Scale(domain=list(map(str, Phase)), range=list(PHASE_COLORS.values())),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("row:N", title="phase"),
                alt.Tooltip("ms:Q", title="took, ms", format=",.2f"),
                alt.Tooltip("from_ms:Q", title="from, ms", format=",.2f"),
            ],
        )
    )
    return chart


_FROM_ZERO = alt.Scale(zero=True, nice=False)


def call_lines(calls: Sequence[ServingRecord]) -> list[str]:
    """A line of plain text for each call: what it was, how it ended, and what nobody told of it."""
    lines = []
    for number, call in enumerate(calls[:MOST_CALLS], start=1):
        ended = "answered" if call.error_kind is None else f"failed ({call.error_kind})"
        size = f"{call.batch_size:,} comment{'' if call.batch_size == 1 else 's'}"
        tried = f" after {call.attempts} attempts" if call.attempts > 1 else ""
        name = series_name(call.backend, call.mode)
        start = f"{number}: " if len(calls) > 1 else ""
        unknown = ", ".join(unknown_phases(call))
        told = f"; not known: {unknown}" if unknown else ""
        model = f", version {call.model_version}" if call.model_version else ""
        lines.append(
            f"{start}{name}{model}, {size}: {ended} in {duration(call.total_ms)}{tried}{told}."
        )
    if len(calls) > MOST_CALLS:
        lines.append(f"and {len(calls) - MOST_CALLS:,} more calls.")
    return lines
