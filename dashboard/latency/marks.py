"""Vertical marks of what changed on the site, and bands of its incidents. From events to
layers of a chart, and to the lines of its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from string import ascii_uppercase
from typing import Any

import altair as alt
import pandas as pd

from core.services.site_changes import SiteEvents
from core.servinglog.causes.facts import SiteChange
from dashboard.latency.charts import ERROR_COLOR, Axes, plain_time
from dashboard.staff_texts import say
from dashboard.wording import short_day

MOST_MARKS = len(ascii_uppercase)
LETTERS = 40
"""So many letters fit beside each other."""
MARK_COLOR = "#8a6d1f"  # readable on the light and on the dark ground


@dataclass(frozen=True, slots=True)
class ChartMark:
    """One letter over a chart: a change, or with `until` an incident. The words are plain text."""

    letter: str
    at: datetime
    words: str
    until: datetime | None = None


def marks(events: SiteEvents, until: datetime) -> tuple[ChartMark, ...]:
    """The newest changes and incidents, at most one a letter of the alphabet, in the order of
    time; an incident that goes on lasts until `until`."""
    found: list[tuple[datetime, datetime | None, str]]
    found = [(one.at, None, _words(one)) for one in events.changes]
    found += [
        (
            one.began_at,
            one.ended_at or until,
            say("latency.marks.incident", objective=one.objective),
        )
        for one in events.alerts
    ]
    newest = sorted(found, key=lambda one: one[0])[-MOST_MARKS:]
    return tuple(
        ChartMark(letter, at, words, ended)
        for letter, (at, ended, words) in zip(ascii_uppercase, newest, strict=False)
    )


def mark_layers(shown: Sequence[ChartMark], axes: Axes) -> list[alt.Chart]:
    """Bands of incidents, then a dashed line and a letter for each mark; none without a mark."""
    if not shown:
        return []
    frame = pd.DataFrame(
        {
            "at": [max(one.at, axes.since) for one in shown],
            "until": [min(one.until or one.at, axes.until) for one in shown],
            "letter": [one.letter for one in shown],
            "what": [one.words for one in shown],
            "incident": [one.until is not None for one in shown],
        }
    )
    told = [
        alt.Tooltip("what:N", title=say("latency.tip.mark")),
        alt.Tooltip("at:T", title=say("latency.tip.at"), format=say("latency.form.tip")),
    ]
    x = plain_time("at")
    base = alt.Chart(frame).encode(x=x, tooltip=told)
    bands = (
        alt.Chart(frame[frame["incident"]])
        .mark_rect(opacity=0.16, color=ERROR_COLOR, clip=True)
        .encode(x=x, x2="until:T", tooltip=told)
    )
    rules = base.mark_rule(strokeDash=[4, 3], strokeWidth=1.25, color=MARK_COLOR, clip=True)
    letters = (
        alt.Chart(_together(frame, axes))
        .mark_text(
            dx=3,
            dy=2,
            align="left",
            baseline="top",
            fontSize=11,
            fontWeight="bold",
            color=MARK_COLOR,
        )
        .encode(x=x, y=alt.value(0), text="letter:N")
    )
    return [*([bands] if frame["incident"].any() else []), rules, letters]


def _together(frame: pd.DataFrame, axes: Axes) -> pd.DataFrame:
    """Letters that would cover each other are written as one text."""
    near = (axes.until - axes.since) / LETTERS
    texts: list[dict[str, Any]] = []
    for at, letter in zip(frame["at"], frame["letter"], strict=True):
        if texts and at - texts[-1]["at"] < near:
            texts[-1]["letter"] += f" {letter}"
        else:
            texts.append({"at": at, "letter": letter})
    return pd.DataFrame(texts)


def mark_lines(shown: Sequence[ChartMark], zone: tzinfo) -> list[str]:
    """The key: `A 13:05:10 gpu: model version 7c1e first seen`."""
    return [f"{one.letter}  {_when(one, zone)}  {one.words}" for one in shown]


def _when(mark: ChartMark, zone: tzinfo) -> str:
    at = mark.at.astimezone(zone)
    began = f"{short_day(at)} {at:%H:%M:%S}"
    if mark.until is None:
        return began
    return say("latency.marks.span", since=began, until=f"{mark.until.astimezone(zone):%H:%M:%S}")


def _words(change: SiteChange) -> str:
    key = f"latency.marked.{change.kind.name.lower()}"
    return say(key, subject=change.subject, value=change.value)
