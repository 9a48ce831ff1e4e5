"""A cascade's first stage on its own, for when the full model can't be had."""

from collections.abc import Sequence

from core.inference.cascade.backend import Predictor
from core.inference.cascade.calibration import Calibration
from core.moderation.clearing import acting_edges, nearness
from core.moderation.policies import Policy


class CalibratedFirstStage:
    """Clears what it was shown to clear safely in front of the full model, and nothing more: under
    a policy with other acting edges, or with other weights, it clears nothing at all."""

    def __init__(self, first: Predictor, calibration: Calibration) -> None:
        self._first = first
        self._calibration = calibration

    def clears(self, texts: Sequence[str], policy: Policy) -> Sequence[bool]:
        """Which texts are clearly fine."""
        edges = self._calibration.edges
        is_known = self._first.version == self._calibration.first_version
        if not is_known or acting_edges(policy) != edges:
            return [False] * len(texts)
        below = self._calibration.pass_below
        predicted = self._first.predict(texts)
        return [nearness(scores, policy, edges) < below for scores in predicted]
