"""The words of the rules on the page Policy: edited, translated, tried as an author reads them,
published, and read on the look-up."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.policies import Action
from core.texts.texts import texts_in
from tests.factories import HELD, HOSTILE, LEAD, MODERATOR, OTHER_LEAD, decided, scored
from tests.integration.policy_calls import begun, desk_of
from tests.pages.policy_page import buttons, press, say_why, shown, words

Open = Callable[..., AppTest]
GERMAN = texts_in("de")


def choose(test: AppTest, rule: str, language: str = "") -> AppTest:
    for label, value in (("Rule", rule), ("Words", language)):
        (found,) = [each for each in test.selectbox if each.label == label]
        test = found.set_value(value).run()
    return test


def field(test: AppTest, label: str) -> Any:
    (found,) = [each for each in (*test.text_input, *test.text_area) if each.label == label]
    return found


def write(test: AppTest, title: str, text: str, code: str = "") -> AppTest:
    if code:
        field(test, "Code (programs read this)").set_value(code)
    field(test, "Title").set_value(title)
    return field(test, "Text").set_value(text).run()


def test_words_and_a_translation_are_kept_saved_published_and_read_by_the_author(
    services: Services, staff_page: Open, author_app: Open
) -> None:
    test = choose(staff_page("policy", LEAD), "threat")
    assert buttons(test) == {"save": False, "propose": False}
    test = write(test, "No threats", "Never threaten anybody.")
    assert "No threats\nNever threaten anybody." in words(test)
    test = choose(press(test, "word_"), "threat", "de")
    assert "Kept here. They are stored once you save the draft." in words(test)
    assert GERMAN.sentences["rule_text.threat"] not in words(test), "its own words have changed"
    test = press(write(test, "Keine Drohungen", "Drohen Sie niemandem."), "word_")
    assert "As an author reads it in Deutsch" in words(test)
    remark = GERMAN.say("rule.translated", title="No threats", text="Never threaten anybody.")
    assert remark in words(test)
    press(say_why(test), "propose_")
    (draft,) = desk_of(services).drafts
    other = shown(staff_page("policy", OTHER_LEAD), draft.id)
    assert "threat, in de: Keine Drohungen. Drohen Sie niemandem." in words(other)
    press(other, "publish_")
    reason = desk_of(services).in_force.reason("threat")
    assert (reason.title, reason.text) == ("No threats", "Never threaten anybody.")
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE, reason_code="threat")
    answer = author_app(reference=revision.reference, lang="de")
    assert "Keine Drohungen\nDrohen Sie niemandem." in words(answer)


def test_a_new_rule_is_added_and_can_be_taken_away_but_none_that_is_given(
    services: Services, staff_page: Open
) -> None:
    test = choose(staff_page("policy", LEAD), "")
    test = press(write(test, "Noise", "Do not shout.", code="noise"), "word_")
    assert not test.exception
    test = choose(test, "noise")
    (drop,) = [each for each in test.button if str(each.key).startswith("take_reason_")]
    assert not drop.disabled
    test = press(test, "save_")
    (draft,) = desk_of(services).drafts
    assert draft.policy.reason("noise").text == "Do not shout."
    test = choose(test, "threat")
    (drop,) = [each for each in test.button if str(each.key).startswith("take_reason_")]
    assert drop.disabled
    test = press(choose(test, "noise"), "take_reason_")
    assert not test.exception
    press(test, "save_")
    assert desk_of(services).drafts[0].policy.reasons == desk_of(services).in_force.reasons


@pytest.mark.parametrize(
    ("code", "title", "text", "said"),
    [
        ("noise", "", "Do not shout.", "must not be empty"),
        ("", "Noise", "Do not shout.", "must not be empty"),
        ("threat", "Noise", "Do not shout.", "reason 'threat' appears twice"),
    ],
)
def test_a_rule_without_words_or_with_the_code_of_another_is_refused_and_stays_typed(
    services: Services, staff_page: Open, code: str, title: str, text: str, said: str
) -> None:
    test = choose(staff_page("policy", LEAD), "")
    test = press(write(test, title, text, code=code), "word_")
    assert said in words(test)
    assert field(test, "Text").value == text
    assert buttons(test)["save"] is False


def test_markup_in_words_stays_text(services: Services, staff_page: Open) -> None:
    test = choose(staff_page("policy", LEAD), "threat")
    test = write(test, HOSTILE[:60], HOSTILE)
    assert HOSTILE in "\n".join(each.value for each in test.text)
    markdown = "\n".join(str(each.value) for each in test.markdown)
    assert HOSTILE not in markdown


def test_who_may_not_draft_reads_them_and_changes_nothing(
    services: Services, staff_page: Open
) -> None:
    begun(services)
    test = staff_page("policy", OTHER_LEAD)
    test = shown(test, desk_of(services).drafts[0].id)
    assert [each for each in test.text_input if each.label == "Title"] == []
    test = choose(test, "threat", "de")
    assert GERMAN.sentences["rule_text.threat"] in words(test)
    test = staff_page("policy", MODERATOR)
    assert "What authors read" in [each.label for each in test.expander]
