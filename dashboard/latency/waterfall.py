"""The phases of one request's calls after each other. From records to an Altair chart."""

from collections.abc import Sequence
from datetime import timedelta

import altair as alt
import pandas as pd

from core.servinglog.phases import Phase, phases, unknown_phases
from core.servinglog.record import ServingRecord
from dashboard.figures import duration
from dashboard.latency.own_words import PHASES, own_series
from dashboard.staff_texts import count, number, say

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


def waterfall_rows(calls: Sequence[ServingRecord]) -> pd.DataFrame:
    """A row for each phase: `row` (its label), `phase`, `from_ms` and `to_ms` since the first call
    began, `ms`, `order`."""
    first = calls[0].started_at
    rows: list[dict[str, object]] = []
    for place, call in enumerate(calls[:MOST_CALLS], start=1):
        at_ms = (call.started_at - first) / timedelta(milliseconds=1)
        for one in phases(call):
            words = PHASES[one.phase]
            rows.append(
                {
                    "row": _numbered(place, words) if len(calls) > 1 else words,
                    "phase": words,
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
            x=alt.X("from_ms:Q", title=say("latency.axis.since_first"), scale=_FROM_ZERO),
            x2="to_ms:Q",
            y=alt.Y(
                "row:N",
                title=None,
                sort=list(rows["row"]),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=220),
            ),
            color=alt.Color(
                "phase:N",
                scale=alt.Scale(domain=list(PHASES.values()), range=list(PHASE_COLORS.values())),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("row:N", title=say("latency.tip.phase")),
                alt.Tooltip("ms:Q", title=say("latency.tip.took"), format=",.2f"),
                alt.Tooltip("from_ms:Q", title=say("latency.tip.from_ms"), format=",.2f"),
            ],
        )
    )
    return chart


_FROM_ZERO = alt.Scale(zero=True, nice=False)


def call_lines(calls: Sequence[ServingRecord]) -> list[str]:
    """A line of plain text for each call: what it was, how it ended, and what nobody told of it."""
    lines = [_call_line(call) for call in calls[:MOST_CALLS]]
    if len(calls) > 1:
        lines = [_numbered(place, line) for place, line in enumerate(lines, start=1)]
    if len(calls) > MOST_CALLS:
        lines.append(count("latency.request.more", len(calls) - MOST_CALLS))
    return lines


def _call_line(call: ServingRecord) -> str:
    series = own_series(call.backend, call.mode)
    if call.model_version:
        series = say("latency.compare.revision", backend=series, version=call.model_version)
    comments = count("latency.tile.comments", call.batch_size)
    unknown = ", ".join(PHASES[phase] for phase in unknown_phases(call))
    key = "latency.request.call_unknown" if unknown else "latency.request.call"
    return say(key, series=series, comments=comments, ended=_ended(call), phases=unknown)


def _ended(call: ServingRecord) -> str:
    key = "answered" if call.error_kind is None else "failed"
    told = {"time": duration(call.total_ms), "error": call.error_kind or ""}
    if call.attempts > 1:
        return count(f"latency.request.{key}_after", call.attempts, **told)
    return say(f"latency.request.{key}", **told)


def _numbered(place: int, what: str) -> str:
    return say("latency.request.numbered", number=number(place), what=what)
