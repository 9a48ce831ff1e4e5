"""Whether a score can be read as a probability: temperatures, ECE, Brier score, reliability bins.

One temperature a label divides its logits (Guo et al. 2017, "On calibration of modern neural
networks"); ranks, and so ROC AUC, stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]

BINS = 15
_LOWEST, _HIGHEST = 0.25, 8.0
_STEPS = 60
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar score: their mean score and the share with the label."""

    rows: int
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of one set of scores; `ece` weighs the gaps of equally filled bins by their rows."""

    ece: float
    brier: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class TemperatureFit:
    """One label on rows that the temperature was not fitted on."""

    label: str
    rows: int
    positives: int
    temperature: float
    before: Fit
    after: Fit


def fit_temperature(targets: "Bools", logits: "Floats", weights: "Floats | None" = None) -> float:
    """The temperature of least log loss between 1/4 and 8; 1 with one class alone.

    The loss has a single minimum over 1/temperature, so halving the range by the golden section
    finds it.
    """
    import numpy as np

    if not 0 < targets.sum() < len(targets):
        return 1.0
    signed = np.where(targets, logits, -logits).astype(np.float64)

    def loss(scale: float) -> float:
        return float(np.average(np.logaddexp(0.0, -signed * scale), weights=weights))

    golden = (5**0.5 - 1) / 2
    low, high = 1 / _HIGHEST, 1 / _LOWEST
    for _ in range(_STEPS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return round(2 / (low + high), 4)


def highest_logits(logits: "NDArray[np.float64]", rows: Sequence[range]) -> "NDArray[np.float64]":
    """(texts, labels) from (windows, labels): of each text the highest of its windows, which are in
    `rows`."""
    import numpy as np

    found = [logits[each.start : each.stop].max(axis=0) for each in rows]
    return np.array(found).reshape(-1, logits.shape[1])


def fold_temperature(network: Any, temperatures: Sequence[float]) -> None:
    """Divides weight and bias of the head, row by row in place, so that its logits come out scaled.

    `network.model.classifier` is the linear head; one temperature an output.
    """
    import torch

    head = network.model.classifier
    with torch.no_grad():
        scale = torch.tensor(list(temperatures), dtype=head.weight.dtype)
        head.weight /= scale.unsqueeze(1)
        head.bias /= scale


def calibrate(label: str, targets: "Bools", scores: "Floats", temperature: float) -> TemperatureFit:
    """`scores` come from logits already divided; `before` multiplies them back."""
    import numpy as np

    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    logits = np.log(inside / (1 - inside)) * temperature
    before = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return TemperatureFit(
        label=label,
        rows=len(targets),
        positives=int(targets.sum()),
        temperature=temperature,
        before=measure_fit(targets, before),
        after=measure_fit(targets, scores),
    )


def measure_fit(targets: "Bools", scores: "Floats") -> Fit:
    """Over at most BINS bins that hold as many rows each; empty input fits perfectly."""
    import numpy as np

    order = np.argsort(scores, kind="stable")
    bins = tuple(
        Bin(len(part), float(scores[part].mean()), float(targets[part].mean()))
        for part in np.array_split(order, BINS)
        if len(part)
    )
    gaps = sum(each.rows * abs(each.score - each.share) for each in bins)
    brier = float(((scores - targets) ** 2).mean()) if len(scores) else 0.0
    return Fit(ece=gaps / max(1, len(scores)), brier=brier, bins=bins)
