"""The appeals page: an appeal is heard once, with a reason, by a person who did not decide; others
may only read."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.comments import Revision, Visibility
from core.moderation.permissions import Actor, Permission, Role, can
from core.moderation.policies import Action
from core.services.lookup import look_up
from tests.factories import (
    HELD,
    HOSTILE,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    heard,
    removed_by_person,
    scored,
)
from tests.pages.conftest import carriers, press, said
from tests.staff import DEMO_STAFF

StaffPage = Callable[..., AppTest]

ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
REASON = "It quotes somebody else and says so."
READERS = [actor for actor in DEMO_STAFF if can(actor, Permission.SEE_APPEALS)]
OTHERS = [actor for actor in DEMO_STAFF if not can(actor, Permission.SEE_APPEALS)]


def _waiting(services: Services, words: str = "I was quoting the mayor.") -> Revision:
    revision = removed_by_person(services, note="Please rephrase.")
    appealed(services, revision, words)
    return revision


def _look(at: AppTest) -> AppTest:
    """The first answer, without which the decision is hidden."""
    return press(at, "look_approve_")


def _hear(at: AppTest, button: str, reason: str = REASON) -> AppTest:
    if not at.text_area:
        _look(at)
    at.text_area[0].input(reason)
    return press(at, button)


def _status(services: Services, revision: Revision) -> AppealStatus | None:
    appeal = look_up(services.context, revision.reference).statement.appeal
    return appeal.status if appeal else None


def assert_hidden(at: AppTest, revision: Revision) -> None:
    """Nothing on the page says who decided what and why, with which scores, or who wrote it."""
    page = said(at) + " ".join(each.value for each in [*at.caption, *at.markdown, *at.code])
    page = page.replace("\\", "")
    for secret in ("mina", "removed ·", "Please rephrase", "policy v", revision.reference, "sam"):
        assert secret not in page, secret
    for score in ("insult 0.", "hold from"):
        assert score not in page, score
    assert not at.code


@pytest.mark.slow
@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.id)
def test_whoever_may_see_appeals_reads_both_sides_and_the_decision(
    services: Services, staff_page: StaffPage, actor: Actor
) -> None:
    revision = _waiting(services)
    at = staff_page("appeals", actor)
    if can(actor, Permission.HEAR_APPEALS):
        assert_hidden(at, revision)
        _look(at)
    assert not at.exception
    for sentence in ("I was quoting the mayor.", HELD, "Please rephrase.", "mina · removed"):
        assert sentence in said(at)
    assert "1 waiting" in at.markdown[0].value
    assert "insult 0.95" in said(at)
    assert at.code[0].value == revision.reference


@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.id)
def test_with_no_appeal_there_are_thanks(staff_page: StaffPage, actor: Actor) -> None:
    at = staff_page("appeals", actor)
    assert not at.exception
    assert "Thank you" in at.info[0].value
    at.segmented_control(key="appeals").set_value("Ended").run()
    assert at.info[0].value == "No appeal has been heard yet."


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.id)
def test_others_have_no_such_page(staff_page: StaffPage, actor: Actor) -> None:
    with pytest.raises(ValueError, match="Could not find"):
        staff_page("appeals", actor)


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        (MODERATOR, "As moderator you may not hear appeals."),
        (AUDITOR, "As auditor you may not hear appeals."),
    ],
    ids=["moderator", "auditor"],
)
def test_roles_that_may_not_hear_are_told_so(
    services: Services, staff_page: StaffPage, actor: Actor, why: str
) -> None:
    _waiting(services)
    at = staff_page("appeals", actor)
    assert why in said(at)
    assert not at.text_area


def test_whoever_decided_is_barred_and_told_so(services: Services, staff_page: StaffPage) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    appealed(services, revision)
    barred = staff_page("appeals", LEAD)
    assert "You decided on this comment yourself; somebody else must hear it." in said(barred)
    assert not barred.text_area
    _hear(staff_page("appeals", OTHER_LEAD), "uphold_")
    assert _status(services, revision) is AppealStatus.UPHELD


@pytest.mark.parametrize("actor", [LEAD], ids=["lead"])
def test_overturning_restores_the_comment_and_tells_the_author(
    services: Services, staff_page: StaffPage, author_app: Callable[..., AppTest], actor: Actor
) -> None:
    revision = _waiting(services)
    at = _hear(staff_page("appeals", actor), "overturn_")
    assert not at.exception
    assert "overturned" in at.success[0].value
    assert look_up(services.context, revision.reference).statement.visibility is Visibility.VISIBLE
    assert chain_of(services, revision)[-1].action is Action.APPROVE
    assert audit_kinds(services, revision)[-2:] == [
        AuditKind.APPEAL_OVERTURNED,
        AuditKind.DECISION_REVIEWED,
    ]
    authors = author_app(reference=revision.reference)
    assert authors.header[0].value == "Your comment is visible."
    assert REASON in said(authors)


def test_upholding_keeps_the_comment_removed_and_adds_no_decision(
    services: Services, staff_page: StaffPage
) -> None:
    revision = _waiting(services)
    at = _hear(staff_page("appeals", LEAD), "uphold_")
    assert "upheld" in at.success[0].value
    assert _status(services, revision) is AppealStatus.UPHELD
    assert len(chain_of(services, revision)) == 2
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_UPHELD


@pytest.mark.parametrize("reason", ["", "no", "   too few "])
def test_without_a_reason_nothing_is_decided_and_the_words_stay(
    services: Services, staff_page: StaffPage, reason: str
) -> None:
    revision = _waiting(services)
    at = _hear(staff_page("appeals", LEAD), "overturn_", reason)
    assert "Give the author a reason of at least one sentence." in said(at)
    assert at.text_area[0].value == reason
    assert _status(services, revision) is AppealStatus.PENDING
    at = _hear(at, "overturn_")
    assert _status(services, revision) is AppealStatus.OVERTURNED


def test_the_oldest_appeal_is_open_first_and_the_next_one_follows(
    services: Services, staff_page: StaffPage
) -> None:
    first = _waiting(services, "I came first.")
    second = _waiting(services, "I came second.")
    at = staff_page("appeals", LEAD)
    assert "I came first." in said(at)
    at = _hear(at, "uphold_")
    assert _status(services, first) is AppealStatus.UPHELD
    assert "I came second." in said(at)
    assert not at.text_area
    assert _look(at).text_area[0].value == ""
    assert _status(services, second) is AppealStatus.PENDING


def test_the_slower_of_two_is_shown_whose_outcome_stands(
    services: Services, staff_page: StaffPage
) -> None:
    revision = _waiting(services)
    next_one = _waiting(services, "I come next.")
    slow = _look(staff_page("appeals", OTHER_LEAD))
    _hear(staff_page("appeals", LEAD), "overturn_", "Lena was faster with this.")
    slow = _hear(slow, "uphold_", "Ravi was slower with that.")
    assert "Somebody else has heard this appeal." in slow.info[0].value
    assert "by lena" in said(slow)
    assert "Lena was faster with this." in said(slow)
    assert _status(services, revision) is AppealStatus.OVERTURNED
    assert AuditKind.APPEAL_UPHELD not in audit_kinds(services, revision)
    press(slow, "next_")
    assert "I come next." in said(slow)
    assert _status(services, next_one) is AppealStatus.PENDING


def test_ended_appeals_show_outcome_reason_and_who_heard_them(
    services: Services, staff_page: StaffPage
) -> None:
    revision = scored(services, REMOVED)
    heard(services, appealed(services, revision), overturn=True)
    at = staff_page("appeals", AUDITOR)
    at.segmented_control(key="appeals").set_value("Ended").run()
    assert not at.exception
    assert "The quotation marks make it clear." in said(at)
    assert "by lena" in said(at)
    assert not at.text_area


def test_what_somebody_wrote_reaches_only_text_and_cells(
    services: Services, staff_page: StaffPage
) -> None:
    revision = removed_by_person(services, f"idiot {HOSTILE}", note=HOSTILE)
    appeal = appealed(services, revision, HOSTILE)
    at = staff_page("appeals", LEAD)
    assert said(at).count("![x](http://example.invalid/y.png)") == 2
    _look(at)
    assert said(at).count("![x](http://example.invalid/y.png)") == 3
    assert carriers(at, "example.invalid") == {"Text", "Dataframe"}
    heard(services, appeal, overturn=False, actor=OTHER_LEAD)
    at.segmented_control(key="appeals").set_value("Ended").run()
    assert carriers(at, "example.invalid") == {"Text", "Dataframe"}


def test_a_removal_in_the_first_answer_needs_a_reason_and_the_answer_is_shown(
    services: Services, staff_page: StaffPage
) -> None:
    revision = _waiting(services)
    at = press(staff_page("appeals", LEAD), "look_remove_")
    assert "Choose the reason for which you would remove it" in said(at)
    at = press(press(at, "reason_harassment_"), "look_remove_")
    assert "lena would remove it: Harassment" in said(at)
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_LOOKED_AT
    other = staff_page("appeals", OTHER_LEAD)
    assert_hidden(other, revision)
    assert "lena would" in said(_look(other))


def test_a_removal_may_stand_for_another_reason_which_the_author_reads(
    services: Services, staff_page: StaffPage, author_app: Callable[..., AppTest]
) -> None:
    revision = _waiting(services)
    standing = chain_of(services, revision)[-1].reason_code
    at = _look(staff_page("appeals", LEAD))
    assert not [button for button in at.button if f"reason_{standing}_" in (button.key or "")]
    at = press(at, "reason_threat_")
    assert any("It stays removed: Threats" in button.label for button in at.button)
    _hear(at, "uphold_")
    assert _status(services, revision) is AppealStatus.UPHELD
    last = chain_of(services, revision)[-1]
    assert (last.action, last.reason_code, last.actor) == (Action.REMOVE, "threat", "lena")
    page = said(author_app(reference=revision.reference))
    assert "Your comment stays removed, but for another reason" in page
    assert "Threats" in page
    assert "somebody who took no part in the first decision" in page


def test_an_answer_that_is_late_is_said_to_be(services: Services, staff_page: StaffPage) -> None:
    revision = _waiting(services)
    with services.context.store.write() as tx:
        tx._connection.exec_driver_sql("UPDATE appeals SET due_at = filed_at - 7200000000")
    at = staff_page("appeals", LEAD)
    badges = " ".join(each.value for each in at.markdown)
    assert "1 late" in badges
    assert "2 h late" in badges
    assert _status(services, revision) is AppealStatus.PENDING


def test_next_and_previous_walk_the_list(services: Services, staff_page: StaffPage) -> None:
    for words in ("I came first.", "I came second."):
        _waiting(services, words)
    at = press(staff_page("appeals", LEAD), "step_J_")
    assert "I came second." in said(at)
    at = press(at, "step_K_")
    assert "I came first." in said(at)
    assert [button.disabled for button in at.button if "step_" in (button.key or "")] == [
        True,
        False,
    ]
