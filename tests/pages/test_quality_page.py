"""The page Quality: each role, empty, with figures, disagreements and golden items."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation import agreement
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.second_looks import LookState
from core.store.sql.quality import SqlQualityReads
from dashboard.data_table import GREY
from dashboard.staff_texts import say
from tests.factories import CLEAN, HOSTILE, LEAD, MODERATOR, OTHER_LEAD, edited
from tests.integration.quality_calls import (
    WHY,
    agreed,
    differing,
    golden,
    judged,
    look_of,
    waiting,
)
from tests.pages.conftest import carriers, press, said

Open = Callable[..., AppTest]
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
OPS = Actor("ola", Role.OPS)
PARTS = ("Figures", "Disagreements", "Golden items")


def part(staff_page: Open, actor: Actor, name: str) -> AppTest:
    test = staff_page("quality", actor)
    return test.segmented_control(key="part").set_value(name).run()


@pytest.mark.parametrize("actor", [LEAD, AUDITOR])
def test_of_a_new_site_every_part_says_that_there_is_nothing(
    staff_page: Open, actor: Actor
) -> None:
    test = staff_page("quality", actor)
    assert not test.exception
    assert "nothing is known about agreement" in test.markdown[0].value
    nothing = {say("quality.agreement.no_pairs"), say("quality.golden.nobody")}
    assert nothing <= {each.value for each in test.caption}
    assert "What the model lets through is unknown" in said(test)
    inbox = part(staff_page, actor, "Disagreements")
    assert inbox.info[0].value == say("quality.inbox.none")
    captions = {each.value for each in part(staff_page, actor, "Golden items").caption}
    assert {say("quality.golden.none"), say("quality.golden.no_candidates")} <= captions


@pytest.mark.parametrize("actor", [MODERATOR, OPS])
def test_other_roles_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="quality"):
        staff_page("quality", actor)


def test_the_figures_say_who_agrees_and_that_it_is_too_few(
    services: Services, staff_page: Open
) -> None:
    agreed(services)
    differing(services)
    waiting(services)
    judged(services, golden(services), Action.REMOVE, actor=OTHER_LEAD)
    test = staff_page("quality", LEAD)
    assert "too few to conclude from" in test.markdown[0].value
    waits = test.markdown[1].value.replace("\\", "")
    assert waits == (
        "1 disagreement waits to be settled, 1 text for a second look (none is drawn)."
    )
    pairs, reasons, results = (each.value for each in test.dataframe)
    (row,) = pairs.to_dict("records")
    assert (row["people"], row["texts"]) == ("mina · tomas", 3)
    assert row["said the same"].startswith("67 % (")
    assert set(reasons["removed for"]) == {"Harassment", "Threats"}
    assert set(reasons["named in"]) <= {"1 of 3", "2 of 3", "3 of 3"}
    (result,) = results.to_dict("records")
    assert (result["person"], result["met"], result["right"]) == ("ravi", 1, 1)
    assert "100 %" not in result["share"]


def test_figures_of_too_few_texts_are_grey(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert agreement.FEW_PAIRS == 100
    monkeypatch.setattr(agreement, "FEW_PAIRS", 3)
    for _ in range(3):
        agreed(services)
    judged(services, waiting(services, actor=LEAD), Action.REMOVE)
    pairs = staff_page("quality", LEAD).dataframe[0]
    assert list(pairs.value["texts"]) == [3, 1]
    styles = pairs.proto.arrow_data.styler.styles
    assert "row1_col0" in styles
    assert "row0" not in styles
    assert f"color: {GREY}" in styles


def test_a_disagreement_shows_both_and_is_settled_anew(
    services: Services, staff_page: Open
) -> None:
    look = differing(services)
    test = part(staff_page, LEAD, "Disagreements")
    words = said(test)
    for expected in ("mina · Harassment", "tomas", "Satire, I think."):
        assert expected in words
    test = press(test, "settle_approve")
    assert "Say in a sentence why" in test.error[0].value.replace("\\", "")
    test.text_area(key=f"because_{look.id}").set_value(WHY)
    test.text_input(key=f"author_{look.id}").set_value("We looked again.")
    test = press(test, "settle_approve")
    assert test.success[0].value.replace("\\", "") == say("quality.settle.done_anew")
    assert look_of(services, look.revision_id).state is LookState.SETTLED
    with services.context.store.read() as reader:
        chain = reader.decision_chain(look.revision_id)
    assert (chain[-1].action, chain[-1].note) == (Action.APPROVE, "We looked again.")


def test_a_decision_may_be_found_right(services: Services, staff_page: Open) -> None:
    look = differing(services)
    test = part(staff_page, LEAD, "Disagreements")
    test.text_area(key=f"because_{look.id}").set_value(WHY)
    test = press(test, "settle_remove")
    assert test.success[0].value.replace("\\", "") == say("quality.settle.done_alike")
    settled = look_of(services, look.revision_id).settled
    assert settled is not None
    assert settled.reason_code == "harassment"


def test_who_took_part_only_reads(services: Services, staff_page: Open) -> None:
    judged(services, waiting(services), Action.APPROVE, actor=LEAD)
    for actor, why in ((LEAD, "judged this text already"), (AUDITOR, "may not settle")):
        test = part(staff_page, actor, "Disagreements")
        assert why in said(test)
        assert not [each for each in test.button if (each.key or "").startswith("settle_")]


def test_the_form_says_if_the_comment_stays_as_it_is(services: Services, staff_page: Open) -> None:
    look = differing(services)
    with services.context.store.read() as reader:
        revision = reader.revision(look.revision_id)
    assert revision is not None
    edited(services, revision, CLEAN)
    test = part(staff_page, LEAD, "Disagreements")
    assert say("quality.inbox.only_noted") in {each.value for each in test.caption}


def test_hostile_notes_are_plain_text(services: Services, staff_page: Open) -> None:
    judged(services, waiting(services), Action.APPROVE, note=HOSTILE)
    test = part(staff_page, LEAD, "Disagreements")
    assert HOSTILE in said(test)
    assert carriers(test, "example.invalid") == {"Text"}


def test_golden_items_are_made_and_dropped(services: Services, staff_page: Open) -> None:
    look = agreed(services)
    test = press(part(staff_page, LEAD, "Golden items"), f"golden_{look.id}")
    assert look_of(services, look.revision_id).golden_by == "lena"
    assert "lena vouched for it" in said(test)
    test = press(test, f"golden_{look.id}")
    assert look_of(services, look.revision_id).golden_by is None
    assert not [
        each
        for each in part(staff_page, AUDITOR, "Golden items").button
        if (each.key or "").startswith("golden_")
    ]


def test_a_state_that_fails_is_said(staff_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(SqlQualityReads, "answered_looks", fail)
    test = staff_page("quality", LEAD)
    assert not test.exception
    assert "the disk is gone" in test.error[0].value
