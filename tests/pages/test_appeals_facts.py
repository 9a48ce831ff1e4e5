"""The facts on the page Appeals: what the scores and the text rules said."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.policies import Action
from tests.factories import LEAD, appealed, scored
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
    assert "insult" in at.table[0].value.to_string()
    at = press(press(at, "step_J_"), "look_approve_")
    assert "No score reached a threshold." in said(at)
