"""A blind case on the review page: what the model found can't be read before the decision."""

import pytest
from streamlit.testing.v1 import AppTest

from core.moderation.policies import Action
from core.moderation.sampling import SamplingReason
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    case_of,
    chain_of,
    decided,
    make_services,
    reported,
    scored,
)
from tests.pages.conftest import press, said

NEARLY_ALL = 1 - 1e-12


def all_words(at: AppTest) -> str:
    """Everything that can be read on the page."""
    drawn = [*at.markdown, *at.caption, *at.dataframe]
    words = " ".join([said(at), *(str(element.value) for element in drawn)])
    return " ".join(words.split())  # a table's columns are as wide as their words


@pytest.mark.parametrize("actor", [MODERATOR, LEAD], ids=lambda actor: actor.id)
@pytest.mark.parametrize("text", [HELD, CLEAN])
def test_page_shows_no_score_label_or_action(home, staff_page, text, actor):
    services = make_services(home, audit_share=NEARLY_ALL, blind_share=NEARLY_ALL)
    revision = scored(services, text)
    at = staff_page("review", actor)
    assert not at.exception
    shown = all_words(at)
    assert text in shown
    assert "is a blind check" in shown
    for told in ("0.8", "Toxicity", "Insult", "held by", "approved", revision.reference):
        assert told not in shown, told
    press(at, "approve")
    assert not at.exception
    assert chain_of(services, revision)[-1].action is Action.APPROVE
    services.context.store.close()


def test_pages_of_a_held_and_an_approved_comment_are_the_same(home, staff_page):
    services = make_services(home, audit_share=NEARLY_ALL, blind_share=NEARLY_ALL)
    pages = []
    for text in (HELD, CLEAN):
        revision = scored(services, text)
        pages.append(all_words(staff_page("review", MODERATOR)).replace(text, "TEXT"))
        decided(services, revision, Action.APPROVE)
    assert pages[0] == pages[1]
    services.context.store.close()


def test_reported_comment_is_decided_on_the_page(services, staff_page):
    revision = scored(services, CLEAN)
    reported(services, revision)
    at = staff_page("review", MODERATOR)
    assert not at.exception
    assert "was reported" in all_words(at)
    press(at, "approve")
    assert chain_of(services, revision)[-1].actor == MODERATOR.id
    sampling = case_of(services, revision).sampling
    assert sampling is not None
    assert sampling.reason is SamplingReason.REPORT
