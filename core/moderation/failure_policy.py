"""What becomes of a comment while nothing can score it. Pure."""

from enum import StrEnum

from core.moderation.policies import Action


class FailurePolicy(StrEnum):
    """A site's choice for outages. Stored strings, and the values of the setting."""

    HOLD = "hold"
    APPROVE = "approve"
    FIRST_STAGE_ONLY = "first_stage_only"


def failure_action(policy: FailurePolicy, *, is_outage: bool, is_cleared: bool) -> Action:
    """What to do with a comment that has no scores: approve it or hold it, never more.

    `is_outage`: no backend answered. A comment that fails alone, while others are scored, is held
    under every policy: else whoever finds a text that breaks the model could publish it.
    `is_cleared`: the cheap first stage finds it clearly fine.
    """
    if not is_outage or policy is FailurePolicy.HOLD:
        return Action.HOLD
    if policy is FailurePolicy.APPROVE or is_cleared:
        return Action.APPROVE
    return Action.HOLD
