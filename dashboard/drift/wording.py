"""The words and rows of the page Drift."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.daily_drift import (
    FEWEST_DAYS,
    FEWEST_REFERENCE_DAYS,
    FEWEST_ROWS,
    BinKind,
    DriftVerdict,
    EffectSize,
    MeasureDrift,
)
from core.moderation.daily_measures import LANGUAGE, LENGTH
from core.moderation.languages import NAMES
from core.moderation.quality_words import NONE
from core.moderation.reliability import RemovalBand
from core.services.drift import DriftReport, ReferencePlace, WantedDrift
from dashboard.language_names import name_of_language
from dashboard.shares import interval_words, share_words
from dashboard.staff_texts import count, decimal, number, said, say

_VERDICTS = said("drift.verdict", DriftVerdict)
_SIZES = said("drift.size", EffectSize)
_LEAST_CHANCE = 0.001
_CODES = {name: code for code, name in NAMES.items()}


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


def measure_name(name: str) -> str:
    """What the measure of that name is called."""
    return say(measure_key(name))


def measure_key(name: str) -> str:
    """The key of those words: `drift.measure.score_threat` of `score: threat`."""
    return f"drift.measure.{re.sub('[^a-z]+', '_', name)}"


def drift_words(measures: Sequence[MeasureDrift]) -> str:
    """One or two sentences: what drifted, or that nothing did."""
    known = [one for one in measures if not is_faint(one)]
    if not known:
        return say(
            "drift.summary.too_few",
            days=number(FEWEST_DAYS),
            reference=number(FEWEST_REFERENCE_DAYS),
            comments=number(FEWEST_ROWS),
        )
    drifted = [one for one in known if one.verdict is DriftVerdict.DRIFT]
    if not drifted:
        return count("drift.summary.none", len(known))
    what = "; ".join(map(_drifted, drifted))
    return count("drift.summary.drift", len(known), drifted=number(len(drifted)), what=what)


def _drifted(one: MeasureDrift) -> str:
    return say(
        "drift.summary.measure",
        measure=measure_name(one.name),
        before=mean_words(one, is_now=False),
        now=mean_words(one, is_now=True),
        size=_size(one),
    )


def mean_words(one: MeasureDrift, *, is_now: bool) -> str:
    """`3.2 %`, `0.140`, `180 characters`, `German 4 %` for the language whose share changed most; a
    dash without comments."""
    moved = one.moved_most()
    if moved is not None:
        name, before, now = moved
        share = share_words(now if is_now else before)
        return say("drift.mean.language", language=_language(name), share=share)
    mean = (one.now if is_now else one.reference).mean()
    if mean is None:
        return NONE
    if one.now.kind is BinKind.SHARE or one.name == LANGUAGE:
        return share_words(mean)
    if one.name == LENGTH:
        return say("drift.mean.characters", figure=decimal(mean, 0))
    return decimal(mean, 3)


def _language(name: str) -> str:
    """Of a language's English name."""
    return name_of_language(_CODES[name]) if name in _CODES else say("drift.mean.unsure")


def period_words(report: DriftReport) -> str:
    """`22 Nov 2026 – 28 Nov 2026 against 25 Oct 2026 – 21 Nov 2026 (UTC)`."""
    return say(
        "drift.page.period",
        now=_days(report.since, report.until),
        reference=_days(report.reference_since, report.reference_until),
    )


def _days(since: datetime, until: datetime) -> str:
    return f"{day_words(since)} – {day_words(until - timedelta(days=1))}"


def day_words(moment: datetime) -> str:
    """`22 Nov 2026`."""
    month = say(f"month.{moment.month}")
    return say("drift.page.day", day=str(moment.day), month=month, year=str(moment.year))


def measure_frame(measures: Sequence[MeasureDrift]) -> pd.DataFrame:
    """A line for each measure."""
    columns = {
        "measure": [measure_name(one.name) for one in measures],
        "says": [_VERDICTS[one.verdict] for one in measures],
        "reference": [mean_words(one, is_now=False) for one in measures],
        "now": [mean_words(one, is_now=True) for one in measures],
        "distance": [
            NONE if one.distance is None else share_words(one.distance) for one in measures
        ],
        "size": [_size(one) for one in measures],
        "chance": [NONE if one.chance is None else chance_words(one.chance) for one in measures],
    }
    return pd.DataFrame({say(f"drift.table.{name}"): cells for name, cells in columns.items()})


def _size(one: MeasureDrift) -> str:
    return NONE if one.size is None else _SIZES[one.size]


def chance_words(chance: float) -> str:
    """`under 0.1 %`, `42 %`."""
    if chance < _LEAST_CHANCE:
        return say("shares.bound.under", share=share_words(_LEAST_CHANCE))
    return share_words(chance)


def is_faint(one: MeasureDrift) -> bool:
    """Whether nothing can be said of it."""
    return one.verdict is DriftVerdict.TOO_FEW_DAYS


def reliability_words(bands: Sequence[RemovalBand]) -> str:
    """Whether people remove what has a score as often as the score says."""
    known = [band for band in bands if band.removed is not None]
    if not known:
        return say("drift.bands.unknown", setting="MODCONSOLE_AUDIT_SHARE")
    off = [
        say(
            "drift.bands.off_band",
            score=decimal(band.mean, 2),
            share=share_words(band.removed.share),
            interval=interval_words(band.removed.low, band.removed.high),
        )
        for band in known
        if band.is_off and band.removed is not None
    ]
    return say("drift.bands.off", what="; ".join(off)) if off else say("drift.bands.alike")


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
            "says": say("drift.bands.not_as_said" if band.is_off else "drift.bands.as_said"),
        }
        for band in bands
        if band.removed is not None
    ]
    columns = ["score", "removed", "low", "high", "texts", "judged", "says"]
    return pd.DataFrame(rows, columns=columns)
