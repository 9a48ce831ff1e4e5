"""The words and rows of the page Drift. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.daily_drift import FEWEST_ROWS, DriftVerdict, MeasureDrift
from core.moderation.drift_words import mean_words
from core.moderation.quality_words import NONE, percent
from core.moderation.reliability import RemovalBand
from core.services.drift import DriftReport, ReferencePlace, WantedDrift

HOW = (
    "Days are compared with days, because no two are alike. “Distance” is the share of comments "
    "that would have to be otherwise for both times to be alike, “chance” how often days dealt at "
    "random differ as much. Chance alone is called drift in one of twenty looks, all measures "
    "together. Today is left out; days are of UTC."
)
HOW_BANDS = (
    "Texts by their highest score; what was judged stands for what was not. On the line, people "
    "remove as many as the score says. What the policy removes by itself is judged "
    "only when somebody objects, and is left out."
)


NO_DAYS = f"No day of these times has {FEWEST_ROWS} comments of this kind; today is left out."


class DriftSpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    WEEK = "7 days"
    MONTH = "28 days"


class DriftReference(StrEnum):
    """What they are compared with; the strings are in the page's address."""

    BEFORE = "the days before"
    FIRST = "the first days"


_DAYS = {DriftSpan.WEEK: (7, 28), DriftSpan.MONTH: (28, 84)}
_PLACES = {DriftReference.BEFORE: ReferencePlace.BEFORE, DriftReference.FIRST: ReferencePlace.FIRST}


def wanted_drift(span: DriftSpan, against: DriftReference) -> WantedDrift:
    """What the two choices stand for."""
    return WantedDrift(*_DAYS[span], place=_PLACES[against])


def period_words(report: DriftReport) -> str:
    """`22 Nov – 28 Nov against 25 Oct – 21 Nov (UTC)`."""
    now = _days(report.since, report.until)
    return f"{now} against {_days(report.reference_since, report.reference_until)} (UTC)"


def _days(since: datetime, until: datetime) -> str:
    last = until - timedelta(days=1)
    return f"{since:%-d %b %Y} – {last:%-d %b %Y}"


def measure_frame(measures: Sequence[MeasureDrift]) -> pd.DataFrame:
    """A line for each measure."""
    return pd.DataFrame(
        {
            "measure": [one.name for one in measures],
            "says": [str(one.verdict) for one in measures],
            "reference": [mean_words(one, is_now=False) for one in measures],
            "now": [mean_words(one, is_now=True) for one in measures],
            "distance": [
                NONE if one.distance is None else percent(one.distance) for one in measures
            ],
            "size": [NONE if one.size is None else str(one.size) for one in measures],
            "chance": [
                NONE if one.chance is None else chance_words(one.chance) for one in measures
            ],
        }
    )


def chance_words(chance: float) -> str:
    """`under 0.1 %`, `42 %`."""
    return "under 0.1 %" if chance < 0.001 else percent(chance)


def is_faint(one: MeasureDrift) -> bool:
    """Whether nothing can be said of it."""
    return one.verdict is DriftVerdict.TOO_FEW_DAYS


def band_frame(bands: Sequence[RemovalBand]) -> pd.DataFrame:
    """One row for each band of scores that was judged enough: shares from 0 to 1."""
    rows = [
        {
            "score": band.mean,
            "removed": band.removed.share,
            "low": band.removed.low,
            "high": band.removed.high,
            "texts": band.texts,
            "judged": band.removed.judged,
            "says": "not as the score says" if band.is_off else "as the score says",
        }
        for band in bands
        if band.removed is not None
    ]
    columns = ["score", "removed", "low", "high", "texts", "judged", "says"]
    return pd.DataFrame(rows, columns=columns)
