"""The failure policy applied to texts that could not be scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.inference.base import OUTAGES, TextResult
from core.moderation.failure_policy import FailurePolicy, failure_action
from core.moderation.policies import Action, Policy


class ClearingStage(Protocol):
    """A first stage, which needs no backend."""

    def clears(self, texts: Sequence[str], policy: Policy) -> Sequence[bool]:
        """For each text, whether it is clearly fine under the policy."""
        ...


@dataclass(frozen=True, slots=True)
class FailureRule:
    """The site's failure policy; FIRST_STAGE_ONLY without a first stage holds everything."""

    policy: FailurePolicy = FailurePolicy.HOLD
    first_stage: ClearingStage | None = None

    def actions(
        self, texts: Sequence[str], results: Sequence[TextResult], rules: Policy, *, is_down: bool
    ) -> list[Action]:
        """For each text, the action if it has no scores. `is_down`: the whole call failed."""
        outage = [is_down or result.error_kind in OUTAGES for result in results]
        cleared = [False] * len(texts)
        if self.policy is FailurePolicy.FIRST_STAGE_ONLY and self.first_stage and any(outage):
            cleared = list(self.first_stage.clears(texts, rules))
        return [
            failure_action(self.policy, is_outage=out, is_cleared=clear)
            for out, clear in zip(outage, cleared, strict=True)
        ]
