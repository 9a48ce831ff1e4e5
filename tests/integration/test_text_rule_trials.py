"""Text rules tried on the past, and what publishing a draft asks for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, InvalidPolicy, RuleBroken, StoreError
from core.moderation.audit import AuditKind
from core.moderation.policies import Action, TextRule
from core.moderation.policy_drafts import TRIED_FOR
from core.moderation.simulation import BROAD_FROM
from core.services.policy_drafts import draft_policy, propose_policy, publish_policy
from core.services.policy_simulation import PolicyTrial, list_flips, list_matches, try_policy
from core.store.sql.history import SqlHistory
from tests.factories import CLEAN, HELD, LEAD, OTHER_LEAD, make_services, scored, withdrawn
from tests.factories_text_rules import text_rule
from tests.integration.policy_calls import WHY, begun, desk_of
from tests.moving_clock import MovingClock
from tests.policies import store_text_rules
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

LOVELY, LINK = text_rule("lovely"), text_rule("casino.example", "link", Action.REMOVE)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def tried(services: Services, *rules: TextRule, **span) -> PolicyTrial:
    policy = replace(desk_of(services).in_force, text_rules=rules)
    return try_policy(services.context, LEAD, services.policy_history, policy, **span)


def test_a_rule_says_what_it_matches_and_what_flips(services: Services, clock: MovingClock) -> None:
    for text in (CLEAN, f"{HELD} A lovely one.", "See casino.example", "A fine day."):
        clock.move(1)
        scored(services, text, author="ben" if "casino" in text else "sam")
    trial = tried(services, LOVELY, LINK)
    lovely, link = trial.matches
    assert (lovely.rule, len(lovely.rows), lovely.authors, lovely.flips) == (LOVELY, 2, 1, 1)
    assert (link.rule, len(link.rows), link.flips, link.share) == (LINK, 1, 1, 0.25)
    assert [(one.before, one.after, one.label, one.text_rule) for one in trial.groups] == [
        (Action.APPROVE, Action.REMOVE, None, LINK),
        (Action.APPROVE, Action.HOLD, None, LOVELY),
    ]
    texts = list_flips(services.context, LEAD, trial, trial.groups[0], 5)
    assert [each.text for each in texts] == ["See casino.example"]
    found = list_matches(services.context, LEAD, trial, lovely, 5)
    assert [each.text for each in found] == [f"{HELD} A lovely one.", CLEAN]
    assert trial.held_a_day()[1] - trial.held_a_day()[0] == 1.0


def test_a_rule_in_force_that_is_taken_away_flips_back(services: Services) -> None:
    store_text_rules(services.context, LOVELY)
    scored(services, CLEAN)
    (group,) = tried(services).groups
    assert (group.before, group.after, group.text_rule) == (Action.HOLD, Action.APPROVE, LOVELY)
    assert tried(services, LOVELY).flips == 0


def test_a_text_is_read_once_for_each_rule(services: Services, monkeypatch) -> None:
    asked: list[int] = []
    real = SqlHistory.texts_of
    monkeypatch.setattr(
        SqlHistory,
        "texts_of",
        lambda reader, ids: (asked.append(len(ids)), real(reader, ids))[1],
    )
    scored(services, CLEAN)
    scored(services, CLEAN + " Again.")
    assert len(tried(services, LOVELY).matches[0].rows) == 2
    assert len(tried(services, LOVELY).matches[0].rows) == 2
    assert asked == [2]
    scored(services, CLEAN + " And again.")
    assert len(tried(services, LOVELY, LINK).matches[0].rows) == 3
    assert asked == [2, 1, 3]


def test_a_trial_of_a_span_matches_that_span_alone(services: Services, clock: MovingClock) -> None:
    scored(services, CLEAN)
    clock.move(86_400)
    later = scored(services, CLEAN + " Again.")
    trial = tried(services, LOVELY, since=later.received_at)
    (one,) = trial.matches
    assert (trial.texts, one.rows.tolist(), one.share) == (1, [0], 1.0)


def test_a_withdrawn_text_is_not_read(services: Services) -> None:
    withdrawn(services, scored(services, CLEAN))
    (one,) = tried(services, LOVELY).matches
    assert len(one.rows) == 0


def test_what_could_not_be_read_is_read_at_the_next_trial(services: Services, monkeypatch) -> None:
    scored(services, CLEAN)

    def fail(*_args: object) -> None:
        raise StoreError("The state can't be read.")

    with monkeypatch.context() as patch:
        patch.setattr(SqlHistory, "texts_of", fail)
        with pytest.raises(StoreError):
            tried(services, LOVELY)
    assert len(tried(services, LOVELY).matches[0].rows) == 1


def test_a_rule_that_matches_very_many_is_broad(services: Services) -> None:
    for number in range(BROAD_FROM - 1):
        scored(services, f"{CLEAN} {number}")
    assert not tried(services, LOVELY).matches[0].is_broad, "too few to say"
    scored(services, f"{CLEAN} and so on")
    assert tried(services, LOVELY).matches[0].is_broad


def proposal(services: Services, *rules: TextRule):
    draft = draft_policy(services.context, LEAD, {}, text_rules=rules, base_version=1)
    return propose_policy(services.context, LEAD, draft.id, draft.version, WHY)


def test_a_draft_with_text_rules_comes_into_force_after_it_was_tried(services: Services) -> None:
    scored(services, CLEAN)
    draft = proposal(services, LOVELY)
    trial = try_policy(services.context, OTHER_LEAD, services.policy_history, draft.policy)
    policy = publish_policy(
        services.context, OTHER_LEAD, draft.id, draft.version, tried=trial.tried
    )
    assert policy.text_rules == (LOVELY,)
    with services.context.store.read() as reader:
        (event,) = reader.audit_trail("2")
    assert event.kind is AuditKind.POLICY_PUBLISHED
    assert (event.data["tried_texts"], event.data["tried_flips"]) == ("1", "1")
    assert event.data["tried_at"] == trial.read_at.isoformat()


def test_what_was_not_tried_is_published_with_a_reason_alone(services: Services) -> None:
    draft = proposal(services, LOVELY)
    seen = (services.context, OTHER_LEAD, draft.id, draft.version)
    for reason in ("", "  "):
        with pytest.raises(RuleBroken, match="Try it on the past first"):
            publish_policy(*seen, untried_reason=reason)
    with pytest.raises(RuleBroken, match="Say in a sentence why"):
        publish_policy(*seen, untried_reason="because")
    assert desk_of(services).in_force.version == 1
    publish_policy(*seen, untried_reason="The history can't be read today.")
    with services.context.store.read() as reader:
        (event,) = reader.audit_trail("2")
    assert event.data["not_tried_because"] == "The history can't be read today."


def test_a_trial_of_something_else_or_of_yesterday_is_refused(
    services: Services, clock: MovingClock
) -> None:
    draft = proposal(services, LOVELY)
    seen = (services.context, OTHER_LEAD, draft.id, draft.version)
    other = tried(services, LOVELY, LINK).tried
    own = try_policy(services.context, LEAD, services.policy_history, draft.policy).tried
    for wrong in (other, replace(own, in_force_version=7)):
        with pytest.raises(Conflict, match="Look at it again"):
            publish_policy(*seen, tried=wrong)
    clock.move(TRIED_FOR.total_seconds() + 1)
    with pytest.raises(Conflict, match="Look at it again"):
        publish_policy(*seen, tried=own)
    publish_policy(*seen, tried=replace(own, read_at=own.read_at + timedelta(seconds=2)))


def test_bands_alone_leave_the_text_rules_in_force(services: Services) -> None:
    store_text_rules(services.context, LOVELY)
    assert begun(services).policy.text_rules == (LOVELY,)


def test_a_rule_for_a_reason_that_is_not_there_is_refused(services: Services) -> None:
    with pytest.raises(InvalidPolicy, match="no reason 'none'"):
        proposal(services, text_rule("a", reason_code="none"))
