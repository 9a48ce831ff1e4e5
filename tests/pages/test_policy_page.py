"""The page Policy on real services: each role, each state of a draft, and little or no history."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.policy_bands import bands_of
from core.moderation.scores import Label
from core.store.sql.history import SqlHistory
from dashboard.staff_texts import say
from tests.factories import (
    CLEAN,
    HELD,
    HOSTILE,
    LEAD,
    MODERATOR,
    decided,
    make_services,
    scored,
    withdrawn,
)
from tests.integration.policy_calls import begun, desk_of, published
from tests.pages.policy_page import buttons, move, words

OPS, ADMIN = Actor("ola", Role.OPS), Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


def fill(services: Services) -> None:
    for number in range(3):
        scored(services, f"{HELD} {number}")
    scored(services, CLEAN)
    decided(services, scored(services, HELD), Action.REMOVE)


def test_a_moderator_reads_the_policy_and_its_versions_and_nothing_else(
    services: Services, staff_page: Open
) -> None:
    fill(services)
    published(services, hold=0.25)
    begun(services)
    test = staff_page("policy", MODERATOR)
    assert not test.exception
    assert "severe toxicity: held from 0.25; only a person removes." in words(test)
    assert "What it changed in version 1:" in words(test)
    assert list(test.dataframe[0].value["version"]) == [2, 1]
    assert (len(test.slider), len(test.metric), buttons(test)) == (0, 0, {})
    assert "draft" not in [each.label for each in test.selectbox]


def test_an_auditor_tries_and_drafts_nothing(services: Services, staff_page: Open) -> None:
    fill(services)
    test = staff_page("policy", AUDITOR)
    assert not test.exception
    assert len(test.slider) == len(bands_of(desk_of(services).in_force))
    assert all(each.disabled for each in test.slider)
    assert buttons(test) == {}
    assert "5 comments, with their scores of the day. None of them" in words(test)


def test_ops_have_no_such_page(staff_page: Open) -> None:
    with pytest.raises(ValueError, match="policy"):
        staff_page("policy", OPS)


def test_page_itself_refuses_a_role_without_permission(services: Services) -> None:
    def page() -> None:
        from core.moderation.permissions import Actor, Role
        from dashboard.policy.screen import render
        from dashboard.wiring import current_services

        render(current_services(), Actor("ola", Role.OPS))

    test = AppTest.from_function(page).run(timeout=60)
    assert test.error[0].value == "As ops you may not see the policy\\."
    assert not test.text


def test_a_lead_without_history_is_told_so(services: Services, staff_page: Open) -> None:
    test = staff_page("policy", LEAD)
    assert not test.exception
    assert [each.value for each in test.info] == [say("policy.trial.nothing")]
    assert say("policy.bands.same") in words(test)
    assert buttons(test) == {"save": False, "propose": False}
    assert not move(test, Label.INSULT, 0.1, 0.2).exception


def test_one_decision_is_enough_to_try_and_too_little_to_estimate(
    services: Services, staff_page: Open
) -> None:
    scored(services, HELD)
    test = staff_page("policy", LEAD)
    move(test, Label.INSULT, 0.97, 1.0)
    test = move(test, Label.TOXICITY, 0.97, 1.0)
    assert not test.exception
    said = words(test)
    assert "Of 1 comment, with their scores of the day, 1 would have been decided otherwise" in said
    assert {each.label: each.value for each in test.metric} == {
        "held a day": "0.0",
        "removed a day": "0.0",
        "abuse found": "unknown",
        "removed rightly": "–",
    }
    assert test.metric[0].delta == "-1.0"
    assert "0 of the 20 audited comments needed were judged" in said
    assert "nothing would be removed without a person" in said
    assert "how long that takes is unknown" in said
    assert "People judged 0 of these 1. So 0 % to 100 % of them are abuse" in said


def test_flips_are_listed_with_what_people_decided(services: Services, staff_page: Open) -> None:
    fill(services)
    test = staff_page("policy", LEAD)
    move(test, Label.INSULT, 0.97, 1.0)
    test = move(test, Label.TOXICITY, 0.97, 1.0)
    labels = [each.label for each in test.expander if "→" in each.label]
    assert labels == ["hold → pass by insult: 4 comments"]
    table = next(each.value for each in test.dataframe if "people" in each.value.columns)
    assert list(table["people"]) == ["removed", "not judged", "not judged", "not judged"]
    assert set(table["score"]) == {0.95}
    assert "insult: held from 0.97; only a person removes." in words(test)
    assert desk_of(services).drafts == []


def test_severe_words_are_covered_and_withdrawn_texts_are_not_shown(
    services: Services, staff_page: Open
) -> None:
    severe = "You motherfucker, you idiot."
    scored(services, severe)
    withdrawn(services, scored(services, HELD))
    scored(services, f"{HOSTILE} idiot")
    test = staff_page("policy", LEAD)
    move(test, Label.INSULT, 0.97, 1.0)
    test = move(test, Label.TOXICITY, 0.97, 1.0)
    table = next(each.value for each in test.dataframe if "people" in each.value.columns)
    found = list(table["comment"])
    assert "\u2588" in found[-1]
    assert "(withdrawn: its text is no longer shown)" in found
    assert HELD not in found
    assert "example.invalid" not in words(test)


def test_a_blind_case_is_counted_but_not_listed_until_it_is_decided(
    services: Services, staff_page: Open
) -> None:
    blind = make_services(services.settings.home, blind_share=0.999999, audit_share=0.000001)
    revision = scored(blind, HELD)
    test = staff_page("policy", LEAD)
    move(test, Label.INSULT, 0.97, 1.0)
    test = move(test, Label.TOXICITY, 0.97, 1.0)
    assert "1 more are blind cases that nobody has decided yet." in words(test)
    decided(blind, revision, Action.REMOVE)
    again = test.run()
    table = next(each.value for each in again.dataframe if "people" in each.value.columns)
    assert list(table["people"]) == ["removed"]
    blind.close()


def test_a_state_that_can_not_be_read_is_said(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(services, HELD)

    def fail(*_: object) -> None:
        raise StoreError("state.db: disk I/O error")

    monkeypatch.setattr(SqlHistory, "scored_rows", fail)
    test = staff_page("policy", LEAD)
    assert not test.exception
    assert test.error[0].value == "state\\.db\\: disk I\\/O error"
