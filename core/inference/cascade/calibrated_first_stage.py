"""The first stage by itself, for an outage of the full model."""

from collections.abc import Sequence

from core.inference.cascade.backend import Predictor, near_edges
from core.inference.cascade.calibration import Calibration
from core.moderation.clearing import acting_edges
from core.moderation.policies import Policy


class CalibratedFirstStage:
    """Clears what the calibration allows it to clear in front of the full model. Under a policy
    with other acting edges, or with other weights, it clears nothing."""

    def __init__(self, first: Predictor, calibration: Calibration) -> None:
        self._first = first
        self._calibration = calibration

    def clears(self, texts: Sequence[str], policy: Policy) -> Sequence[bool]:
        """True for each text that is cleared."""
        edges = self._calibration.edges
        is_known = self._first.version == self._calibration.first_version
        if not is_known or acting_edges(policy) != edges:
            return [False] * len(texts)
        below = self._calibration.pass_below
        predicted = self._first.predict(texts)
        near = near_edges(self._first, texts, predicted, policy, edges)
        return [each < below for each in near]
