"""Text rules on the page Policy: added, tried, warned about, saved, published with their trial."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.policies import Action
from core.services.policy_history import PolicyHistory
from tests.factories import CLEAN, HOSTILE, LEAD, OTHER_LEAD, scored
from tests.factories_text_rules import text_rule
from tests.integration.policy_calls import desk_of
from tests.pages.policy_page import buttons, press, say_why, shown, words
from tests.policies import store_text_rules

Open = Callable[..., AppTest]


def with_rule(
    test: AppTest, text: str, kind: str = "word", about: str = "Not here.", action: str = "hold"
) -> AppTest:
    """What a person types into the fields of a new rule and adds."""
    fields = {str(each.key).split("_")[1]: each for each in (*test.text_input, *test.selectbox)}
    fields["kind"].set_value(kind)
    fields["text"].set_value(text)
    fields["action"].set_value(Action(action))
    fields["description"].set_value(about)
    (key,) = [str(each.key) for each in test.button if str(each.key).startswith("add_")]
    return test.button(key=key).click().run()


def tables(test: AppTest) -> str:
    return "\n".join(frame.value.to_string() for frame in test.dataframe)


def test_a_rule_is_added_tried_saved_proposed_and_published(
    services: Services, staff_page: Open
) -> None:
    scored(services, CLEAN)
    test = with_rule(staff_page("policy", LEAD), "lovely")
    assert not test.exception
    assert "Added here. It is stored once you save the draft." in words(test)
    assert "New: The word “lovely” is held (threat): Not here." in words(test)
    assert "1 comment, with its" not in words(test)
    assert "pass → hold by the word “lovely”: 1 comment" in [e.label for e in test.expander]
    assert desk_of(services).drafts == []
    test = press(say_why(test), "propose_")
    (draft,) = desk_of(services).drafts
    assert [rule.text for rule in draft.policy.text_rules] == ["lovely"]
    other = shown(staff_page("policy", OTHER_LEAD), draft.id)
    assert "Tried on 1 past comment: 1 decided otherwise." in words(other)
    other = press(other, "publish_")
    assert "Version 2 is in force." in words(other)
    assert desk_of(services).in_force.text_rules == draft.policy.text_rules


def test_what_can_not_be_a_rule_is_refused_with_place_and_reason(staff_page: Open) -> None:
    test = with_rule(staff_page("policy", LEAD), "casino (", "pattern")
    assert not test.exception
    assert "missing ): casino ( (at character 1)" in words(test)
    test = with_rule(test, "https://Casino.example/x", "link")
    assert "write 'casino.example'" in words(test)
    assert "has a draft" not in words(test)
    assert "save" in buttons(test)
    assert not buttons(test)["save"]


def test_a_rule_is_taken_away_again(services: Services, staff_page: Open) -> None:
    store_text_rules(services.context, text_rule("lovely"), text_rule("casino.example", "link"))
    test = staff_page("policy", LEAD)
    assert "casino.example" in tables(test)
    (choice,) = [each for each in test.selectbox if each.label == "Which"]
    choice.set_value(text_rule("lovely").id).run()
    test = press(test, "drop_")
    assert "Gone: The word “lovely”" in words(test)
    test = press(test, "save_")
    (draft,) = desk_of(services).drafts
    assert [rule.text for rule in draft.policy.text_rules] == ["casino.example"]


def test_a_rule_that_matches_very_many_is_warned_about(
    services: Services, staff_page: Open
) -> None:
    for number in range(25):
        scored(services, f"{CLEAN} {number}")
    test = with_rule(staff_page("policy", LEAD), "lovely", action="remove")
    assert "The word “lovely” matches 25 past comments, 100.0 % of all" in words(test)
    assert f"{CLEAN} 24" in tables(test)


def test_hostile_rules_are_shown_as_they_are(services: Services, staff_page: Open) -> None:
    rule = text_rule("[0-9]+:red[x] <b>|lovely", "pattern", description=HOSTILE)
    store_text_rules(services.context, rule)
    scored(services, CLEAN)
    test = staff_page("policy", LEAD)
    assert not test.exception
    assert HOSTILE in tables(test)
    assert rule.text in tables(test)


def test_without_a_trial_the_publisher_has_to_say_why(
    services: Services, staff_page: Open, monkeypatch
) -> None:
    test = press(say_why(with_rule(staff_page("policy", LEAD), "lovely")), "propose_")
    (draft,) = desk_of(services).drafts

    def fail(_history: PolicyHistory) -> None:
        raise StoreError("The state can't be read.")

    monkeypatch.setattr(PolicyHistory, "read", fail)
    other = shown(staff_page("policy", OTHER_LEAD), draft.id)
    assert "The state can't be read." in words(other)
    other = press(other, "publish_")
    assert "Try it on the past first, or say why that can't be done." in words(other)
    (why,) = [each for each in other.text_area if str(each.key).startswith("untried_")]
    why.set_value("The history can't be read today.").run()
    other = press(other, "publish_")
    assert "Version 2 is in force." in words(other)
    assert not test.exception
