"""What two snapshots of Prometheus metrics say of the time between them: counts by bucket. Pure.

Shape: the text format 0.0.4 of prometheus/docs. A histogram counts since the server's start, each
bucket with all below it. Where in its bucket a call was is not known, so that a percentile is only
known to be between the bucket's bounds.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InvalidInput
from core.servinglog.importing.durations import NAMES, DurationUnit

_SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+(\S+)(?:\s+-?[0-9]+)?'
)
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_BUCKET, _SUM = "_bucket", "_sum"
_KNOWN_UNITS = {"te_request": DurationUnit.S}
"""Servers whose names say no unit: text-embeddings-inference records `as_secs_f64`."""
Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Histogram:
    """Cumulative counts by upper bound, and the sum of all values."""

    buckets: dict[float, float] = field(default_factory=dict)
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """Between which bounds a percentile is; `upper` is infinite in the last bucket."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One histogram between two snapshots: its calls, their mean, and between which bounds its
    percentiles are, in `unit`, which None does not know. `rows` are upper bounds with counts."""

    name: str
    labels: tuple[tuple[str, str], ...]
    unit: DurationUnit | None
    calls: int
    mean: float | None
    p50: Bound
    p95: Bound
    p99: Bound
    rows: tuple[tuple[float, int], ...]


def is_bucket(line: str) -> bool:
    """Whether the line is a bucket of a histogram."""
    found = _SAMPLE.fullmatch(line.strip())
    return found is not None and found[1].endswith(_BUCKET) and 'le="' in (found[2] or "")


def read_snapshot(lines: Iterable[str]) -> dict[Key, Histogram]:
    """The histograms by name and labels. Raises InvalidInput naming the line."""
    found: dict[Key, Histogram] = {}
    sums: dict[Key, float] = {}
    for number, line in enumerate(lines, start=1):
        sample = _SAMPLE.fullmatch(line.strip())
        if line.startswith("#") or not line.strip() or sample is None:
            continue
        name, labels = sample[1], dict(_LABEL.findall(sample[2] or ""))
        if name.endswith(_BUCKET) and "le" in labels:
            bound = _number(labels.pop("le"), number)
            if bound < 0:
                raise InvalidInput(f"line {number}: a bucket's bound is below 0, as no time is")
            key = (name.removesuffix(_BUCKET), tuple(sorted(labels.items())))
            found.setdefault(key, Histogram()).buckets[bound] = _amount(sample[3], number)
        elif name.endswith(_SUM):
            sums[name.removesuffix(_SUM), tuple(sorted(labels.items()))] = _number(
                sample[3], number
            )
    for key, histogram in found.items():
        histogram.total = sums.get(key)
        if histogram.total is not None and not 0 <= histogram.total < math.inf:
            raise InvalidInput(f"{_named(key)} has a sum that is below 0 or infinite")
    return found


def differences(
    earlier: Mapping[Key, Histogram], later: Mapping[Key, Histogram]
) -> list[Difference]:
    """Of each histogram with calls between the two, the busiest first. Raises InvalidInput for
    snapshots that can't be of one run of one server, in this order."""
    found = []
    for key, now in later.items():
        before = earlier.get(key, Histogram(dict.fromkeys(now.buckets, 0.0), 0.0))
        if set(before.buckets) != set(now.buckets):
            raise InvalidInput(f"{_named(key)} has other buckets in the two snapshots")
        counts = {bound: now.buckets[bound] - before.buckets[bound] for bound in now.buckets}
        falls = _falls(counts.values(), before.total, now.total)
        if falls:
            raise InvalidInput(
                f"{_named(key)} {falls} in the second snapshot: the first must be the earlier "
                "one, and the server must not have started anew between them"
            )
        if math.inf not in counts:
            raise InvalidInput(f"{_named(key)} has no bucket +Inf: the snapshot is cut off")
        if counts[math.inf]:
            found.append(_difference(key, counts, now, before))
    return sorted(found, key=lambda one: (-one.calls, one.name, one.labels))


def _falls(counts: Iterable[float], before: float | None, now: float | None) -> str | None:
    if any(count < 0 for count in counts):
        return "counts less"
    has_both = before is not None and now is not None
    return "has a lower sum" if has_both and now < before else None  # type: ignore[operator]


def _difference(
    key: Key, cumulative: Mapping[float, float], now: Histogram, before: Histogram
) -> Difference:
    bounds = sorted(cumulative)
    below = [0.0, *(cumulative[bound] for bound in bounds)]
    rows = tuple((bound, round(below[n + 1] - below[n])) for n, bound in enumerate(bounds))
    if any(count < 0 for _, count in rows):
        raise InvalidInput(f"{_named(key)}: a bucket counts less than the one below it")
    calls = cumulative[math.inf]
    has_sum = now.total is not None and before.total is not None
    spent = now.total - before.total if has_sum else None  # type: ignore[operator]
    p50, p95, p99 = (_bound(bounds, cumulative, share * calls) for share in (0.5, 0.95, 0.99))
    return Difference(
        name=key[0],
        labels=key[1],
        unit=_unit(key[0]),
        calls=round(calls),
        mean=None if spent is None else spent / calls,
        p50=p50,
        p95=p95,
        p99=p99,
        rows=rows,
    )


def _bound(bounds: Sequence[float], cumulative: Mapping[float, float], rank: float) -> Bound:
    lower = 0.0
    for bound in bounds:
        if cumulative[bound] >= rank:
            return Bound(lower, bound)
        lower = bound
    return Bound(lower, math.inf)


def _unit(name: str) -> DurationUnit | None:
    known = next((unit for start, unit in _KNOWN_UNITS.items() if name.startswith(start)), None)
    is_length = name.endswith(("_length", "_tokens", "_size"))
    return NAMES.get(name.rsplit("_", 1)[-1]) or (None if is_length else known)


def _number(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidInput(f"line {line}: a metric's value is not a number") from None
    if math.isnan(value):
        raise InvalidInput(f"line {line}: a metric's value is NaN")
    return value


def _amount(text: str, line: int) -> float:
    value = _number(text, line)
    if not 0 <= value < math.inf:
        raise InvalidInput(f"line {line}: a bucket's count is below 0 or infinite")
    return value


def _named(key: Key) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in key[1])
    return f"{key[0]}{{{labels}}}" if labels else key[0]
