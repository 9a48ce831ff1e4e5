"""The action for a comment without scores."""

import pytest

from core.moderation.failure_policy import FailurePolicy, failure_action
from core.moderation.policies import Action

HOLD, APPROVE, FIRST = FailurePolicy
TABLE = [
    (HOLD, True, True, Action.HOLD, "the default holds everything"),
    (HOLD, True, False, Action.HOLD, "the default holds everything"),
    (APPROVE, True, False, Action.APPROVE, "the site said so"),
    (APPROVE, False, False, Action.HOLD, "a text that breaks the model publishes nothing"),
    (FIRST, True, True, Action.APPROVE, "clearly fine"),
    (FIRST, True, False, Action.HOLD, "not clearly fine"),
    (FIRST, False, True, Action.HOLD, "a text that breaks the model publishes nothing"),
]


@pytest.mark.parametrize(("policy", "outage", "cleared", "action", "why"), TABLE)
def test_action(
    policy: FailurePolicy, outage: bool, cleared: bool, action: Action, why: str
) -> None:
    assert failure_action(policy, is_outage=outage, is_cleared=cleared) is action


@pytest.mark.parametrize("policy", FailurePolicy)
@pytest.mark.parametrize("outage", [True, False])
@pytest.mark.parametrize("cleared", [True, False])
def test_nothing_is_ever_removed_unscored(
    policy: FailurePolicy, outage: bool, cleared: bool
) -> None:
    action = failure_action(policy, is_outage=outage, is_cleared=cleared)
    assert action in (Action.HOLD, Action.APPROVE)
