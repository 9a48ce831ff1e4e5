"""The words of the rules in drafts of the policy, and on the look-up of old and new decisions."""

from dataclasses import replace

import pytest

from core.bootstrap.services import Services
from core.errors import InvalidPolicy
from core.services.lookup import look_up
from core.services.policy_drafts import draft_policy, propose_policy
from tests.factories import HELD, LEAD, OTHER_LEAD, chain_of, removed_by_person
from tests.integration.policy_calls import WHY, desk_of, publish_untried


def test_an_old_decision_shows_the_words_of_its_day(services: Services) -> None:
    before = removed_by_person(services)
    reasons = desk_of(services).in_force.reasons
    code = chain_of(services, before)[-1].reason_code
    worded = [
        replace(one, text="Other words.").translated("de", "Neu", "Andere Worte.")
        if one.code == code
        else one
        for one in reasons
    ]
    draft = draft_policy(services.context, LEAD, {}, reasons=worded, base_version=1)
    draft = propose_policy(services.context, LEAD, draft.id, draft.version, WHY)
    publish_untried(services, OTHER_LEAD, draft)
    after = removed_by_person(services, f"{HELD} again")
    told = [look_up(services.context, one.reference).statement.reason for one in (before, after)]
    assert told == [next(one for one in some if one.code == code) for some in (reasons, worded)]


def test_words_too_long_to_be_shown_are_no_draft(services: Services) -> None:
    first, *others = desk_of(services).in_force.reasons
    long = replace(first, title="x" * 200)
    with pytest.raises(InvalidPolicy, match="its title has 200 characters"):
        draft_policy(services.context, LEAD, {}, reasons=[long, *others], base_version=1)


def test_a_reason_that_rules_give_can_not_be_left_out(services: Services) -> None:
    _first, *others = desk_of(services).in_force.reasons
    with pytest.raises(InvalidPolicy, match="no reason 'threat'"):
        draft_policy(services.context, LEAD, {}, reasons=others, base_version=1)
