"""Parts of a statement of reasons that its text may not show."""

from datetime import timedelta

from core.moderation.appeals import appeal_deadline
from tests.unit.test_notices import CUT, NOW, PENDING, REMOVAL, UNSCORED, WINDOW, statement


def test_removal_can_be_appealed_up_to_the_last_moment_and_not_after_it() -> None:
    last = appeal_deadline(REMOVAL, WINDOW)
    assert last == NOW + timedelta(days=WINDOW)
    assert statement(CUT, REMOVAL, now=last).can_appeal_until == last
    assert statement(CUT, REMOVAL, now=last + timedelta(microseconds=1)).can_appeal_until is None
    assert statement(CUT, REMOVAL, appeal=PENDING).can_appeal_until is None


def test_nobody_has_decided_on_a_comment_that_waits() -> None:
    waiting = statement()
    assert not waiting.decided_automatically
    assert not waiting.found_automatically
    assert not waiting.was_scored
    assert (waiting.decided_at, waiting.reason, waiting.note) == (None, None, "")
    assert (waiting.policy_version, waiting.model_version) == (None, None)
    assert (waiting.facts, waiting.not_assessed) == ((), ())


def test_finding_and_deciding_by_automated_means_are_distinguished() -> None:
    by_model, by_person = statement(CUT), statement(CUT, REMOVAL)
    assert (by_model.found_automatically, by_model.decided_automatically) == (True, True)
    assert (by_person.found_automatically, by_person.decided_automatically) == (True, False)
    assert by_person.note == REMOVAL.note
    assert by_person.decided_at == REMOVAL.decided_at
    outage = statement(UNSCORED)
    assert (outage.found_automatically, outage.was_scored) == (False, False)
