"""Rows and charts of the page Drift."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.moderation.daily_drift import BinKind, DailyCounts, find_drift
from core.moderation.estimates import ShareEstimate
from core.moderation.reliability import RemovalBand
from core.services.drift import DriftReport, ReferencePlace, WantedDrift
from dashboard.drift.charts import day_chart, day_points, reliability_chart
from dashboard.drift.wording import (
    DriftReference,
    DriftSpan,
    band_frame,
    chance_words,
    is_faint,
    measure_frame,
    period_words,
    wanted_drift,
)

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


def measure(*shares: float):
    counts = np.array([[100 - round(100 * one), round(100 * one)] for one in shares])
    days = np.arange(20_000, 20_000 + len(shares), dtype=np.int64)
    found = DailyCounts("flag rate", BinKind.SHARE, days, counts, np.array([0.0, 1.0]))
    return find_drift([found], 20_014, 20_017, (20_000, 20_014))[0]


DRIFTED = measure(*[0.1, 0.12] * 7, 0.5, 0.5, 0.11)
FEW = measure(0.1)


def test_a_row_has_what_is_known_and_dashes() -> None:
    frame = measure_frame([DRIFTED, FEW])
    assert list(frame["reference"]) == ["11 %", "10 %"]
    assert list(frame["now"]) == ["37 %", "–"]
    assert list(frame["size"]) == ["medium", "–"]
    assert [is_faint(DRIFTED), is_faint(FEW)] == [False, True]


@pytest.mark.parametrize(
    ("chance", "words"), [(0.0002, "under 0.1 %"), (0.004, "0.4 %"), (0.42, "42 %")]
)
def test_a_chance_is_never_nothing(chance: float, words: str) -> None:
    assert chance_words(chance) == words


def test_the_periods_are_told_with_their_last_days() -> None:
    ends = [MIDNIGHT + timedelta(days=days) for days in (14, 17, 0, 14)]
    assert period_words(DriftReport(*ends, measures=(), bands=())) == (
        "15 Nov 2026 – 17 Nov 2026 against 1 Nov 2026 – 14 Nov 2026 (UTC)"
    )


def test_the_choices_stand_for_days() -> None:
    assert wanted_drift(DriftSpan.WEEK, DriftReference.BEFORE) == WantedDrift(7, 28)
    assert wanted_drift(DriftSpan.MONTH, DriftReference.FIRST) == WantedDrift(
        28, 84, ReferencePlace.FIRST
    )


def test_days_outside_the_band_are_told_apart() -> None:
    points = day_points(DRIFTED)
    assert list(points["period"]) == ["reference"] * 14 + ["now"] * 3
    assert list(points["in the band"]) == ["yes"] * 14 + ["no", "no", "yes"]
    assert len(day_chart(DRIFTED).to_dict()["layer"]) == 3


def test_a_measure_without_enough_days_has_a_chart_without_band() -> None:
    assert set(day_points(FEW)["in the band"]) == {"yes"}
    assert len(day_chart(FEW).to_dict()["layer"]) == 2


def test_bands_that_were_judged_are_drawn() -> None:
    bands = [
        RemovalBand(0.1, 0.2, 500, 0.15, None),
        RemovalBand(0.8, 0.9, 200, 0.85, ShareEstimate(0.4, 0.3, 0.5, 90)),
        RemovalBand(0.9, 1.0, 100, 0.95, ShareEstimate(0.94, 0.9, 0.98, 80)),
    ]
    frame = band_frame(bands)
    assert list(frame["says"]) == ["not as the score says", "as the score says"]
    assert len(reliability_chart(frame).to_dict()["layer"]) == 3
    assert band_frame([]).empty
