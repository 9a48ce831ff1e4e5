"""Series and phases in the reader's words."""

from dataclasses import replace

import pandas as pd

from core.services.traffic import WindowTraffic
from core.servinglog.phases import Phase
from core.servinglog.record import Mode
from dashboard.staff_texts import said, say, staff_texts

PHASES = said("latency.phase", Phase)
_MODES = said("latency.mode", Mode)
_APART = " · "


def mode_words(mode: str) -> str:
    """The kind of traffic; as the log has it where it is none that we know."""
    return _MODES[Mode(mode)] if mode in set(Mode) else mode.replace("_", " ")


def location_words(location: str) -> str:
    """Where a call was answered; as the log has it where that is none that we know."""
    key = f"latency.location.{location}"
    return say(key) if staff_texts().has(key) else location.replace("_", " ")


def own_series(backend: str, mode: str) -> str:
    """`onnx · load test`."""
    return f"{backend}{_APART}{mode_words(mode)}"


def own_series_of(name: str) -> str:
    """The same of a name as the log's queries write it."""
    backend, _, mode = name.rpartition(_APART)
    return own_series(backend, mode.replace(" ", "_"))


def with_own_series(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its series in the reader's words."""
    return frame.assign(series=frame["series"].map(own_series_of, na_action="ignore"))


def in_own_words(view: WindowTraffic) -> WindowTraffic:
    """The traffic of a window with its series in the reader's words."""
    return replace(
        view,
        lines=with_own_series(view.lines),
        dots=None if view.dots is None else with_own_series(view.dots),
        table=with_own_series(view.table),
        slowest=with_own_series(view.slowest),
    )
