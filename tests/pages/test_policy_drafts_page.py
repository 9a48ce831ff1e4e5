"""Drafts on the page Policy: saved, proposed, published, overtaken, discarded, rolled back."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policy_bands import bands_of
from core.moderation.policy_drafts import DraftState
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from core.services.people import disable_person
from core.services.policy_drafts import roll_back_policy
from dashboard.policy.place import DraftForm, PolicyPlace
from dashboard.staff_texts import say
from tests.factories import HOSTILE, LEAD, OTHER_LEAD
from tests.integration.policy_calls import WHY, begun, desk_of, proposed, published
from tests.pages.policy_page import buttons, move, press, say_why, shown, words
from tests.policies import store_with_reason

THIRD, AUDITOR = Actor("eva", Role.LEAD), Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


def test_a_draft_is_saved_proposed_and_published_by_another_lead(
    services: Services, staff_page: Open
) -> None:
    test = move(staff_page("policy", LEAD), Label.INSULT, 0.4, 1.0)
    assert buttons(test) == {"save": True, "propose": True}
    test = press(test, "save_")
    (draft,) = desk_of(services).drafts
    assert (draft.state, draft.author) == (DraftState.DRAFTED, "lena")
    assert bands_of(draft.policy)[Label.INSULT].hold_from == 0.4
    assert buttons(test) == {"save": False, "discard": True, "propose": True}
    assert "lena's draft of version 2" in words(test)
    test = press(say_why(test), "propose_")
    assert "waits for a second person" in words(test)
    assert buttons(test) == {"save": False, "discard": True, "propose": False}
    assert "publish" not in buttons(test)
    other = staff_page("policy", OTHER_LEAD)
    other = shown(other, draft.id)
    assert WHY in words(other)
    assert all(each.disabled for each in other.slider)
    assert buttons(other) == {"discard": True, "publish": True}
    other = press(other, "publish_")
    assert not other.exception
    assert "Version 2 is in force." in words(other)
    assert desk_of(services).in_force.version == 2


def test_one_lead_alone_publishes_where_the_site_allows_it_and_is_told_so(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed(services)
    assert "publish" not in buttons(staff_page("policy", LEAD))
    monkeypatch.setenv("MODCONSOLE_PUBLISH_ALONE", "yes")
    disable_person(services.context, SYSTEM, "ravi")
    test = staff_page("policy", LEAD)
    assert say("policy.draft.alone") in words(test)
    assert buttons(test) == {"save": False, "discard": True, "propose": False, "publish": True}
    test = press(test, "publish_")
    assert not test.exception
    assert desk_of(services).in_force.version == 2


def test_a_proposal_without_a_reason_is_kept_as_a_draft(
    services: Services, staff_page: Open
) -> None:
    test = press(move(staff_page("policy", LEAD), Label.INSULT, 0.4, 1.0), "propose_")
    assert "Say in a sentence why" in words(test)
    (draft,) = desk_of(services).drafts
    assert draft.state is DraftState.DRAFTED


def test_the_second_press_of_a_double_click_is_the_same(
    services: Services, staff_page: Open
) -> None:
    in_force, place = desk_of(services).in_force, PolicyPlace()
    bands = dict(bands_of(in_force))
    bands[Label.THREAT] = bands[Label.INSULT]
    form = DraftForm(in_force, None, bands, (), in_force.reasons)
    for _ in range(2):
        place.save(services, LEAD, form, "why")
        assert (place.refusal, len(desk_of(services).drafts)) == ("", 1)
    as_it_was = DraftForm(in_force, None, dict(bands_of(in_force)), (), in_force.reasons)
    place.save(services, LEAD, as_it_was, "why")
    assert "You have an open draft already" in place.refusal


def test_a_draft_of_ones_own_that_was_overtaken_begins_anew(
    services: Services, staff_page: Open
) -> None:
    begun(services, OTHER_LEAD, hold=0.3, label=Label.INSULT)
    published(services, hold=0.25, by=THIRD)
    test = staff_page("policy", OTHER_LEAD)
    assert "Version 2 came into force after this was begun from version 1" in words(test)
    assert buttons(test) == {"save": True, "discard": True, "propose": True}
    test = press(test, "save_")
    (draft,) = desk_of(services).drafts
    assert draft.base_version == 2
    assert bands_of(draft.policy)[Label.INSULT].hold_from == 0.3
    assert "came into force after" not in words(test)


def test_anothers_proposal_that_was_overtaken_can_not_be_published(
    services: Services, staff_page: Open
) -> None:
    late = proposed(services, OTHER_LEAD)
    published(services, by=THIRD)
    for reader, allowed in ((LEAD, {"discard": True, "publish": False}), (AUDITOR, {})):
        test = staff_page("policy", reader)
        test = shown(test, late.id)
        assert not test.exception
        assert "Its author has to look at that first." in words(test)
        assert buttons(test) == allowed


def test_a_draft_that_ended_meanwhile_is_said(services: Services, staff_page: Open) -> None:
    draft = proposed(services)
    test = staff_page("policy", OTHER_LEAD)
    test = shown(test, draft.id)
    begun(services, LEAD, hold=0.4, label=Label.INSULT)
    test = press(test, "publish_")
    assert "This draft was changed after it was shown to you." in words(test)
    assert desk_of(services).in_force.version == 1


def test_a_lead_goes_back_to_an_earlier_version(services: Services, staff_page: Open) -> None:
    published(services, hold=0.25)
    test = staff_page("policy", LEAD)
    assert "roll" not in buttons(test), "it is in force"
    test = test.selectbox(key="read_version").set_value(1).run()
    test = test.text_area(key="roll_back_note_1_2").set_value(WHY).run()
    test = press(test, "roll_back_")
    assert not test.exception
    (draft,) = desk_of(services).drafts
    assert (draft.rolls_back_to, draft.state) == (1, DraftState.PROPOSED)
    assert "back to version 1" in words(test)
    assert buttons(test)["propose"] is False


def test_a_roll_back_without_a_reason_is_refused(services: Services, staff_page: Open) -> None:
    published(services)
    test = staff_page("policy", LEAD)
    test = press(test.selectbox(key="read_version").set_value(1).run(), "roll_back_")
    assert "Say in a sentence why" in words(test)
    assert desk_of(services).drafts == []


def test_hostile_notes_and_reasons_are_inert(services: Services, staff_page: Open) -> None:
    store_with_reason(services.context, Reason("new", HOSTILE, HOSTILE))
    draft = proposed(services, OTHER_LEAD, note=f"Because {HOSTILE}")
    test = staff_page("policy", LEAD)
    test = shown(test, draft.id)
    rendered = [*test.markdown, *test.caption, *test.error, *test.success, *test.info]
    assert not any("example.invalid" in str(each.value) for each in rendered)
    assert any("example.invalid" in str(each.value) for each in test.text)
    published(services)
    roll_back_policy(services.context, LEAD, 1, f"Because {HOSTILE}")
    assert not staff_page("policy", LEAD).exception


def test_why_is_stored_with_the_draft_and_can_change_alone(
    services: Services, staff_page: Open
) -> None:
    test = move(staff_page("policy", LEAD), Label.INSULT, 0.5, 0.9)
    test = press(say_why(test, "Fewer false alarms."), "save_")
    (draft,) = desk_of(services).drafts
    assert draft.note == "Fewer false alarms."
    (area,) = [each for each in test.text_area if str(each.key).startswith("note_")]
    assert area.value == "Fewer false alarms."
    assert not buttons(test)["save"]
    test = say_why(test, "Fewer false alarms, as tried.")
    assert buttons(test)["save"]
    test = press(press(test, "save_"), "propose_")
    assert "Proposed. A second person publishes it." in words(test)
    (draft,) = desk_of(services).drafts
    assert (draft.state, draft.note) == (DraftState.PROPOSED, "Fewer false alarms, as tried.")


def test_a_second_lead_is_told_that_a_proposal_waits(services: Services, staff_page: Open) -> None:
    test = move(staff_page("policy", LEAD), Label.INSULT, 0.5, 0.9)
    assert "for a second person. See it" not in words(press(say_why(test), "propose_"))
    other = staff_page("policy", OTHER_LEAD)
    assert "lena's proposal waits for a second person. See it under Show" in words(other)
    (choice,) = [each for each in other.selectbox if each.label == "Show"]
    assert choice.options == ["Yours", "lena's proposal"]
