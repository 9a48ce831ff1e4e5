"""What a call costs by its number of characters: a fixed part and a part for each character."""

from dataclasses import dataclass

import numpy as np

from core.servinglog.estimates.calls import Floats

ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds: `fixed_ms` a call and `per_char_ms` a character, both 0 or more."""

    fixed_ms: float
    per_char_ms: float

    def of(self, chars: Floats) -> Floats:
        """Milliseconds of calls with so many characters; above 0."""
        return np.maximum(self.fixed_ms + self.per_char_ms * chars, 1e-6)


def fit_cost(chars: Floats, ms: Floats) -> Cost:
    """The line whose relative errors have the smallest sum of absolute values, so that a few very
    slow calls hardly move it. Fitted by weighted least squares in rounds; at least one call."""
    weights = 1.0 / np.maximum(ms, 1e-6) ** 2
    fitted = _line(chars, ms, weights)
    for _ in range(ROUNDS):
        expected = fitted.of(chars)
        off = np.abs(ms - expected) / expected
        fitted = _line(chars, ms, 1.0 / (expected**2 * np.maximum(off, 0.01)))
    return fitted


def _line(chars: Floats, ms: Floats, weights: Floats) -> Cost:
    total = weights.sum()
    mean_x, mean_y = (weights * chars).sum() / total, (weights * ms).sum() / total
    spread = (weights * (chars - mean_x) ** 2).sum()
    slope = (weights * (chars - mean_x) * (ms - mean_y)).sum() / spread if spread > 0 else 0.0
    if slope <= 0:
        return Cost(float(mean_y), 0.0)
    fixed = mean_y - slope * mean_x
    if fixed >= 0:
        return Cost(float(fixed), float(slope))
    through_zero = (weights * chars * ms).sum() / (weights * chars**2).sum()
    return Cost(0.0, float(through_zero))
