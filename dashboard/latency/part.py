"""Which part of the window, and which call, the address of the page asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pandas as pd
import streamlit as st

from core.servinglog.percentiles import Quantile
from core.servinglog.windows import Window
from dashboard.address_choices import choose
from dashboard.latency.addresses import CallPlace, read_place, read_window, window_address

PART, CALL = "part", "call"
BRUSH = "brush"
_FORMS = ("%H:%M:%S", "%H:%M")
_DATED = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def chosen_part() -> Window | None:
    """The part of the address; None without a valid one."""
    return read_window(st.query_params.get(PART, ""))


def chosen_call() -> CallPlace | None:
    """The call of the address; None without a valid one."""
    return read_place(st.query_params.get(CALL, ""))


def choose_part(part: Window | None) -> None:
    """Into the address, in place of the part and the call before."""
    choose(CALL, "")
    choose(PART, "" if part is None else window_address(part))


def choose_call(place: CallPlace | None) -> None:
    """Into the address."""
    choose(CALL, "" if place is None else place.address)


def brushed(selection: Mapping[str, Any]) -> Window | None:
    """The time that was brushed in a chart; None where the brush was cleared. The chart gives
    milliseconds since 1970."""
    for ends in selection.get(BRUSH, {}).values():
        if len(ends) == 2 and ends[0] < ends[1]:
            since, until = (datetime.fromtimestamp(end / 1000, UTC) for end in ends)
            return Window(since, until)
    return None


def slowest_stretch(lines: pd.DataFrame, quantile: Quantile, width_s: int) -> Window | None:
    """The bucket with the highest percentile; None without any."""
    known = lines.dropna(subset=[quantile])
    if known.empty:
        return None
    start = known.sort_values(quantile)["bucket_at"].iloc[-1].to_pydatetime()
    return Window(start, start + timedelta(seconds=width_s))


def typed_part(since: str, until: str, now: datetime, zone: tzinfo) -> Window | None:
    """Two times as a person types them, `12:03` or `2026-11-29 12:03:20`, in their zone; the last
    such times before `now`. None if they are not two times in order."""
    last = _typed(until, now, zone)
    first = None if last is None else _typed(since, last, zone)
    return Window(first, last) if first and last and first < last else None


def _typed(text: str, before: datetime, zone: tzinfo) -> datetime | None:
    text = text.strip()
    for form in _DATED:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    for form in _FORMS:
        try:
            time = datetime.strptime(text, form).time()
        except ValueError:
            continue
        at = datetime.combine(before.astimezone(zone).date(), time, zone).astimezone(UTC)
        return at if at <= before else at - timedelta(days=1)
    return None
