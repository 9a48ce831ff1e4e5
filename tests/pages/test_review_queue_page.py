"""The review queue for each role, and the decisions its buttons store."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.inference.fake import WORDS
from core.moderation.audit import AuditKind
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource
from core.moderation.permissions import SYSTEM, Actor, Permission, Role, can
from core.moderation.policies import Action
from core.moderation.scores import Label
from tests.factories import (
    CLEAN,
    HELD,
    HOSTILE,
    LEAD,
    MODERATOR,
    REMOVED,
    audit_kinds,
    chain_of,
    decided,
    scored,
    unscored,
)
from tests.pages.conftest import carriers, press, said
from tests.policies import fixed_policy, without_removal
from tests.staff import DEMO_STAFF

StaffPage = Callable[..., AppTest]

READERS = [actor for actor in DEMO_STAFF if can(actor, Permission.SEE_QUEUE)]
OTHERS = [actor for actor in DEMO_STAFF if not can(actor, Permission.SEE_QUEUE)]
AUDITOR = Actor("ines", Role.AUDITOR)


def keys(at: AppTest) -> list[str]:
    return [button.key for button in at.button if button.key and not button.disabled]


def last(services: Services, revision: Revision) -> tuple[Action, DecisionSource, str]:
    newest = chain_of(services, revision)[-1]
    return newest.action, newest.source, newest.actor


@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.id)
def test_an_empty_queue_says_so_and_how_to_fill_it(services, staff_page: StaffPage, actor):
    scored(services, CLEAN)
    scored(services, REMOVED)
    at = staff_page("review", actor)
    assert not at.exception
    assert "The queue is empty" in at.success[0].value
    assert any("modconsole ingest" in caption.value for caption in at.caption)


@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.id)
def test_a_held_comment_is_shown_with_why_it_is_here(services, staff_page: StaffPage, actor):
    scored(services, HELD)
    at = staff_page("review", actor)
    assert not at.exception
    shown = said(at)
    assert HELD in shown
    assert "insult 0.95 is in the band" in shown
    assert any("Not assessed by this model: severe toxicity" in c.value for c in at.caption)


def test_the_queue_says_for_which_labels_only_a_person_removes(services, staff_page: StaffPage):
    first = scored(services, HELD)
    at = staff_page("review", MODERATOR)
    assert not any("only a person removes" in caption.value for caption in at.caption)
    decided(services, first, Action.APPROVE)
    held = without_removal(fixed_policy(services.clock.now()), Label.INSULT)
    with services.context.store.write() as tx:
        tx.add_policy(held, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    scored(services, f"{HELD}!")
    at = staff_page("review", MODERATOR)
    sentence = "By policy, only a person removes a comment for: insult."
    assert any(caption.value == sentence for caption in at.caption)


def test_there_is_no_column_of_thresholds_for_removal_where_only_a_person_removes(
    services, staff_page: StaffPage
):
    policy = fixed_policy(services.clock.now())
    for label in Label:
        policy = without_removal(policy, label)
    with services.context.store.write() as tx:
        tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    scored(services, HELD)
    at = staff_page("review", MODERATOR)
    assert list(at.dataframe[1].value.columns) == ["label", "score", "hold"]


def test_a_held_score_never_looks_as_if_it_reached_the_threshold_for_removal(
    services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(WORDS, "idiot", {Label.INSULT: 0.9876})
    scored(services, HELD)
    at = staff_page("review", MODERATOR)
    assert "insult 0.98 is in the band" in said(at)
    assert "0.98" in " ".join(m.value for m in at.markdown)
    waiting, scores = (frame.value for frame in at.dataframe)
    assert waiting["score"].tolist() == [0.98]
    assert scores.set_index("label")["score"]["insult"] == 0.98


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.id)
def test_other_roles_have_no_queue_page(services, staff_page: StaffPage, actor):
    scored(services, HELD)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        staff_page("review", actor)


def test_an_auditor_reads_and_is_told_why_there_are_no_buttons(services, staff_page: StaffPage):
    scored(services, HELD)
    at = staff_page("review", AUDITOR)
    assert "As auditor you may not decide on comments." in at.info[0].value
    assert not any(key.startswith(("approve", "remove", "skip")) for key in keys(at))


def test_approve_writes_one_decision_and_moves_on(services, staff_page: StaffPage):
    revisions = [scored(services, f"You idiot number {n}") for n in (1, 2)]
    at = staff_page("review", MODERATOR)
    first, second = sorted(revisions, key=lambda r: r.text not in said(at))
    press(at, "approve_")
    assert last(services, first) == (Action.APPROVE, DecisionSource.REVIEWER, "mina")
    assert audit_kinds(services, first)[-1] is AuditKind.DECISION_REVIEWED
    assert second.text in said(at)
    assert "You approved it" in " ".join(m.value for m in at.markdown)


def test_a_removal_asks_for_a_reason_first_and_then_keeps_it(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    at = staff_page("review", MODERATOR)
    press(at, "remove_")
    assert "Choose a reason first" in " ".join(m.value for m in at.markdown)
    assert len(chain_of(services, revision)) == 1
    press(at, "reason_threat_")
    press(at, "remove_")
    assert last(services, revision) == (Action.REMOVE, DecisionSource.REVIEWER, "mina")
    assert chain_of(services, revision)[-1].reason_code == "threat"


def test_the_note_reaches_the_decision(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    at = staff_page("review", MODERATOR)
    at.text_input[0].input("Please argue the point.").run()
    press(at, "reason_harassment_")
    press(at, "remove_")
    assert chain_of(services, revision)[-1].note == "Please argue the point."


def test_skip_leaves_the_case_open_and_puts_it_last(services, staff_page: StaffPage):
    revisions = [scored(services, f"You idiot number {n}") for n in (1, 2)]
    at = staff_page("review", MODERATOR)
    first, second = sorted(revisions, key=lambda r: r.text not in said(at))
    press(at, "skip_")
    assert len(chain_of(services, first)) == 1
    assert audit_kinds(services, first)[-1] is AuditKind.CASE_SKIPPED
    assert second.text in said(at)
    assert list(at.dataframe[0].value["comment"]) == [second.text, first.text]


def test_undo_restores_the_case_and_shows_it_again(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    at = staff_page("review", MODERATOR)
    press(at, "approve_")
    assert "The queue is empty" in at.success[0].value
    press(at, "undo_")
    assert last(services, revision)[0] is Action.HOLD
    assert audit_kinds(services, revision)[-1] is AuditKind.DECISION_UNDONE
    assert HELD in said(at)


def test_an_escalated_case_is_a_leads_and_not_a_moderators(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    at = staff_page("review", MODERATOR)
    press(at, "escalate_")
    assert last(services, revision)[0] is Action.ESCALATE
    moderator = staff_page("review", MODERATOR, status="Escalated")
    assert "may not decide on escalated comments" in moderator.info[0].value
    lead = staff_page("review", LEAD, status="Escalated")
    assert HELD in said(lead)
    press(lead, "approve_")
    assert last(services, revision) == (Action.APPROVE, DecisionSource.REVIEWER, "lena")


def test_the_slower_of_two_sees_whose_decision_stands(services, staff_page: StaffPage):
    revision = scored(services, HELD)
    at = staff_page("review", LEAD)
    decided(services, revision, Action.APPROVE)
    scored(services, "You idiot, another one")
    press(at, "escalate_")
    assert "mina approved this comment at" in " ".join(m.value for m in at.markdown)
    assert last(services, revision)[0] is Action.APPROVE


def test_a_comment_that_could_not_be_scored_is_decided_unaided(services, staff_page: StaffPage):
    revision = unscored(services)
    at = staff_page("review", MODERATOR)
    assert (
        "could not be scored: the model's server failed; a person decides without scores"
        in said(at)
    )
    press(at, "approve_")
    assert last(services, revision)[0] is Action.APPROVE


def test_hostile_text_is_carried_by_inert_elements_only(services, staff_page: StaffPage):
    scored(services, f"idiot {HOSTILE}", author="![a](http://example.invalid/z.png)")
    at = staff_page("review", MODERATOR)
    assert carriers(at, "example.invalid/x.png") <= {"Text", "Code", "Dataframe"}
    assert carriers(at, "example.invalid/z.png") <= {"Text", "Code", "Dataframe"}
    assert "example.invalid/x.png" in said(at)


def test_what_a_comment_hides_is_shown_and_said(services, staff_page: StaffPage):
    scored(services, '<a title="you idiot" href="https://x.org">manual</a> <p hidden>vermin</p>')
    at = staff_page("review", MODERATOR)
    assert "manual (https://x.org)\n\nHidden in this comment:\nyou idiot\nvermin" in said(at)
    assert any("hides text" in badge.value for badge in at.markdown)


def test_hidden_text_of_a_long_comment_is_not_cut_off(services, staff_page: StaffPage):
    scored(services, "word " * 3_000 + '<b title="you idiot">x</b>')
    at = staff_page("review", MODERATOR)
    assert "Hidden in this comment:\nyou idiot" in said(at)


def test_the_label_filter_narrows_the_list(services, staff_page: StaffPage):
    scored(services, HELD)
    scored(services, "I will kill that process")
    at = staff_page("review", MODERATOR, label="Insult")
    assert list(at.dataframe[0].value["comment"]) == [HELD]


def test_switching_person_changes_pages_and_rights(services, staff_page: StaffPage):
    scored(services, HELD)
    at = staff_page("sign_in", MODERATOR)
    press(at, "sign_in_ines")
    at.query_params["view"] = "plain"
    at.switch_page("review/screen.py").run()
    assert "As auditor" in at.info[0].value
