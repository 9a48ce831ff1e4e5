"""How well simple change detectors find the marked windows of real series, and after how long:
`python -m tests.benchmarks.change_detectors FOLDER` (of nab_series.parquet).

Alarms less than two hours apart are one alarm. It is right if it begins in a marked window; a
window is found if an alarm begins in it. The first 15 % of each series are for learning and don't
count, as in the Numenta Anomaly Benchmark. Its windows lie around their anomaly, so a delay counts
from the middle: below 0 the alarm came before that.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.measured import print_table

STEP = "5min"
DAY_POINTS, HALF_HOUR = 288, 6
ONE_ALARM = 24
"""Points without an alarm that end one: two hours."""
LEARNING = 0.15
Detector = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True)
class Found:
    """Of one series: alarms, those of them in a window, windows, those found, delays in minutes."""

    alarms: int
    right: int
    windows: int
    found: int
    delays: list[float]
    weeks: float


def three_sigma(values: pd.Series) -> pd.Series:
    """Further than three standard deviations from the mean of the day before."""
    past = values.shift(1).rolling(DAY_POINTS, min_periods=HALF_HOUR)
    return (values - past.mean()).abs() > 3 * past.std()


def burst(values: pd.Series) -> pd.Series:
    """Three times what 19 of 20 points of the day before have at most: the rule of the cause
    `burst`."""
    past = values.shift(1).rolling(DAY_POINTS, min_periods=HALF_HOUR)
    return values > 3 * past.quantile(0.95)


def robust_shift(values: pd.Series, factor: float) -> pd.Series:
    """The median of half an hour, against the medians and deviations of the day before."""
    now = values.rolling(HALF_HOUR).median()
    past = values.shift(HALF_HOUR).rolling(DAY_POINTS, min_periods=HALF_HOUR)
    middle = past.median()
    deviation = (values - middle).abs().shift(HALF_HOUR).rolling(DAY_POINTS).median() * 1.4826
    return (now - middle).abs() > factor * deviation.clip(lower=1e-9)


def same_hours(values: pd.Series, *, days: int, spare: float) -> pd.Series:
    """The median of half an hour above `spare` times the largest such median of the same hours, an
    hour more or less, of the last days: an order statistic, which needs no distribution."""
    now = values.rolling(HALF_HOUR).median()
    around = now.rolling(2 * 12 + 1, center=True, min_periods=1).max()
    past = pd.concat([around.shift(day * DAY_POINTS) for day in range(1, days + 1)], axis=1)
    return now > spare * past.max(axis=1, skipna=False)


def either_side(values: pd.Series, *, days: int, spare: float) -> pd.Series:
    """As `same_hours`, and likewise below all of them."""
    now = values.rolling(HALF_HOUR).median()
    low = now.rolling(2 * 12 + 1, center=True, min_periods=1).min()
    past = pd.concat([low.shift(day * DAY_POINTS) for day in range(1, days + 1)], axis=1)
    return same_hours(values, days=days, spare=spare) | (
        now * spare < past.min(axis=1, skipna=False)
    )


DETECTORS: dict[str, Detector] = {
    "three sigma of a day": three_sigma,
    "burst: three times a busy point of a day": burst,
    "robust shift, 6 deviations": lambda values: robust_shift(values, 6.0),
    "robust shift, 12 deviations": lambda values: robust_shift(values, 12.0),
    "same hours of 3 days": lambda values: same_hours(values, days=3, spare=1.0),
    "same hours of 3 days, 1.5 times": lambda values: same_hours(values, days=3, spare=1.5),
    "same hours of 7 days": lambda values: same_hours(values, days=7, spare=1.0),
    "same hours of 7 days, 1.5 times": lambda values: same_hours(values, days=7, spare=1.5),
    "same hours of 7 days, 2 times": lambda values: same_hours(values, days=7, spare=2.0),
    "same hours of 7 days, 3 times": lambda values: same_hours(values, days=7, spare=3.0),
    "same hours of 3 days, 1.5 times, either side": lambda values: either_side(
        values, days=3, spare=1.5
    ),
}


def judged(fires: pd.Series, marked: pd.Series) -> Found:
    """The alarms of one series against its windows."""
    skipped = int(len(fires) * LEARNING)
    on, inside = fires.to_numpy()[skipped:], marked.to_numpy()[skipped:]
    at = np.flatnonzero(on)
    begins = at[np.diff(at, prepend=-2 * ONE_ALARM) > ONE_ALARM]
    starts = np.flatnonzero(np.diff(inside.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(inside.astype(int), append=0) == -1)
    delays = []
    for start, end in zip(starts, ends, strict=True):
        hit = begins[(begins >= start) & (begins <= end)]
        if hit.size:
            delays.append(float((hit[0] - (start + end) / 2) * 5))
    return Found(
        alarms=len(begins),
        right=int(inside[begins].sum()),
        windows=len(starts),
        found=len(delays),
        delays=delays,
        weeks=len(on) / (7 * DAY_POINTS),
    )


def measured(detector: Detector, series: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """One row of the table: all series together."""
    results = [judged(detector(one["value"]), one["marked"]) for one in series.values()]
    alarms, right = (sum(getattr(one, name) for one in results) for name in ("alarms", "right"))
    windows, found = (sum(getattr(one, name) for one in results) for name in ("windows", "found"))
    delays = [delay for one in results for delay in one.delays]
    weeks = sum(one.weeks for one in results)
    return {
        "alarms": alarms,
        "precision": round(right / alarms, 3) if alarms else None,
        "windows_found": f"{found} of {windows}",
        "median_delay_min": float(np.median(delays)) if delays else None,
        "false_alarms_a_week": round((alarms - right) / weeks, 2),
    }


def chance_precision(series: dict[str, pd.DataFrame]) -> float:
    """The share of points that are marked: the precision of alarms at random."""
    marked = [one["marked"].iloc[int(len(one) * LEARNING) :] for one in series.values()]
    return round(float(pd.concat(marked).mean()), 3)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Each series on a grid of five minutes; a missing point keeps the value before it."""
    rows = pd.read_parquet(folder / "nab_series.parquet")
    found = {}
    for name, one in rows.groupby("series"):
        grid = one.assign(marked=one["in_anomaly_window"].astype(float))
        grid = grid.set_index("timestamp")[["value", "marked"]].resample(STEP).max()
        found[str(name)] = pd.DataFrame(
            {"value": grid["value"].ffill(), "marked": grid["marked"].fillna(0.0) > 0}
        )
    return found


def main(folder: Path) -> None:
    series = read(folder)
    print_table(
        {
            "benchmark": "change-detectors",
            "command": "python -m tests.benchmarks.change_detectors FOLDER",
            "series": len(series),
            "points": sum(map(len, series.values())),
            "precision_by_chance": chance_precision(series),
            "rows": [
                {"detector": name, **measured(one, series)} for name, one in DETECTORS.items()
            ],
        }
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
