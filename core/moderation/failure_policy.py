"""The failure policy: what happens to a comment that can't be scored. Pure."""

from enum import StrEnum

from core.moderation.policies import Action


class FailurePolicy(StrEnum):
    """The site's choice for outages; the values are those of the setting and are stored."""

    HOLD = "hold"
    APPROVE = "approve"
    FIRST_STAGE_ONLY = "first_stage_only"


def failure_action(policy: FailurePolicy, *, is_outage: bool, is_cleared: bool) -> Action:
    """The action for a comment without scores: APPROVE or HOLD, never REMOVE.

    `is_outage`: no backend answered. A comment that fails while others are scored is always held:
    otherwise a text that makes the model fail would be published unscored.
    `is_cleared`: the cascade's first stage found it clearly fine.
    """
    if not is_outage or policy is FailurePolicy.HOLD:
        return Action.HOLD
    if policy is FailurePolicy.APPROVE or is_cleared:
        return Action.APPROVE
    return Action.HOLD
