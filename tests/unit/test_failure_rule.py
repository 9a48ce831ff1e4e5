"""The site's failure policy with and without a first stage."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from core.inference.base import ErrorKind, TextResult
from core.moderation.failure_policy import FailurePolicy
from core.moderation.policies import Action, Policy
from core.services.failure import FailureRule
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 11, 1, tzinfo=UTC))
TEXTS = ("fine", "not clear")
DOWN = (TextResult(error="no answer", error_kind=ErrorKind.CONNECT),) * 2


class FirstStage:
    """Clears texts with the word `fine`, under the policy it is given."""

    def clears(self, texts: Sequence[str], policy: Policy) -> Sequence[bool]:
        assert policy is POLICY
        return ["fine" in text for text in texts]


def actions(rule: FailureRule, results: Sequence[TextResult] = DOWN) -> list[Action]:
    return rule.actions(TEXTS, results, POLICY, is_down=False)


def test_the_first_stage_publishes_what_is_clearly_fine_in_an_outage() -> None:
    rule = FailureRule(FailurePolicy.FIRST_STAGE_ONLY, FirstStage())
    assert actions(rule) == [Action.APPROVE, Action.HOLD]
    refused = (TextResult(error="no", error_kind=ErrorKind.BAD_INPUT),) * 2
    assert actions(rule, refused) == [Action.HOLD, Action.HOLD]


@pytest.mark.parametrize(
    "rule",
    [FailureRule(FailurePolicy.FIRST_STAGE_ONLY), FailureRule(FailurePolicy.HOLD, FirstStage())],
)
def test_without_a_first_stage_to_ask_everything_is_held(rule: FailureRule) -> None:
    assert actions(rule) == [Action.HOLD, Action.HOLD]
