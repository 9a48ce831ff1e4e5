"""The facts on the page Appeals: what the scores and the text rules said, and what was heard."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.appeals import Appeal
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.services.hearing import list_appeals
from tests.factories import HELD, LEAD, appealed, chain_of, removed_by_person, scored
from tests.factories_text_rules import text_rule
from tests.pages.conftest import press, said
from tests.policies import store_text_rules

StaffPage = Callable[..., AppTest]


def test_scores_below_a_text_rules_removal_are_shown_with_its_thresholds(
    services: Services, staff_page: StaffPage
) -> None:
    store_text_rules(services.context, text_rule("casino", action=Action.REMOVE))
    appealed(services, scored(services, "You idiot, the casino pays."))
    appealed(services, scored(services, "The casino pays."))
    at = press(staff_page("appeals", LEAD), "look_approve_")
    assert "Scores reached a threshold for less than the text rule asked for." in said(at)
    assert "No score" not in said(at)
    assert "insult 0." in said(at)
    assert any("hold from 0." in each.value.replace("\\", "") for each in at.caption)
    at = press(press(at, "step_J_"), "look_approve_")
    assert "No score reached a threshold." in said(at)


def test_the_reason_of_the_first_look_is_that_of_the_outcome(
    services: Services, staff_page: StaffPage
) -> None:
    """Otherwise X would keep it for the reason that was not theirs."""
    for n in range(2):
        appealed(services, removed_by_person(services, f"{HELD} {n}"))
    at = press(press(staff_page("appeals", LEAD), "reason_threat_"), "look_remove_")
    assert "It stays removed: Threats" in labels(at)
    at = press(press(at, "step_J_"), "reason_harassment_")
    at = press(at, "look_remove_")
    assert "It stays removed: Harassment" in labels(at)
    at.text_area[0].input("It insults a person.")
    press(at, "uphold_")
    (ended,) = list_appeals(services.context, LEAD, pending=False)
    assert chain_of(services, _revision(services, ended))[-1].appeal_id is None


def test_the_outcome_stands_by_the_words_of_the_appeal_it_is_about(
    services: Services, staff_page: StaffPage
) -> None:
    """Not below the appeal that is open next, which it would seem to be about."""
    for words in ("I came first.", "I came second."):
        appealed(services, removed_by_person(services), words)
    at = press(staff_page("appeals", LEAD), "look_approve_")
    at.text_area[0].input("It quotes somebody else.")
    press(at, "overturn_")
    (column,) = [each for each in at.columns if each.success]
    assert "overturned" in column.success[0].value
    assert [each.value for each in column.text] == ["I came first."]
    assert "I came second." in said(at)
    assert not press(at, "look_approve_").success


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def _revision(services: Services, appeal: Appeal) -> Revision:
    with services.context.store.read() as reader:
        found = reader.revision(appeal.revision_id)
    assert found is not None
    return found
