"""What there is to tell about a decision, once it holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.decisions import DecisionSource
from core.moderation.erasure import erased_name
from core.moderation.message_contents import (
    APPEAL_TYPES,
    MessageType,
    NothingToTell,
    chain_at_outcome,
    chain_until,
    ended_reports,
    type_of,
)
from core.moderation.outbox import Audience
from core.moderation.policies import Action
from core.moderation.reports import Report, ReportKind
from tests.moving_clock import START
from tests.unit.test_effect import CANCEL, MODEL, PRESS, at, made

A, H, R, E = Action.APPROVE, Action.HOLD, Action.REMOVE, Action.ESCALATE
SITE, AUTHOR = Audience.SITE, Audience.AUTHOR
NO_CHANGE, NO_NEWS = NothingToTell.NO_CHANGE, NothingToTell.NO_NEWS
NOTICE = MessageType.NOTICE_DECISION
LONG_AFTER = at(1_000)


def held(*actions: Action):
    return [made(f"d{n}", n, action) for n, action in enumerate(actions)]


@pytest.mark.parametrize(
    ("actions", "site", "author"),
    [
        ([A], MessageType.COMMENT_PUBLISHED, NO_NEWS),
        ([H], MessageType.COMMENT_HELD, NOTICE),
        ([E], MessageType.COMMENT_HELD, NOTICE),
        ([R], MessageType.COMMENT_REMOVED, NOTICE),
        ([H, A], MessageType.COMMENT_PUBLISHED, NOTICE),
        ([H, R], MessageType.COMMENT_REMOVED, NOTICE),
        ([H, E], NO_CHANGE, NO_NEWS),
        ([H, H], NO_CHANGE, NO_NEWS),
        ([A, H], MessageType.COMMENT_HELD, NOTICE),
        ([A, A], NO_CHANGE, NO_NEWS),
        ([A, R], MessageType.COMMENT_REMOVED, NOTICE),
        ([R, A], MessageType.COMMENT_RESTORED, NOTICE),
        ([R, H], MessageType.COMMENT_HELD, NOTICE),
        ([R, R], NO_CHANGE, NOTICE),
        ([R, H, A], MessageType.COMMENT_PUBLISHED, NOTICE),
    ],
)
def test_the_site_hears_of_changes_and_the_author_of_each_removal(actions, site, author) -> None:
    chain = held(*actions)
    assert type_of(chain, SITE, is_gone=False) is site
    assert type_of(chain, AUTHOR, is_gone=False) is author


@pytest.mark.parametrize("audience", list(Audience))
def test_what_never_held_is_not_told(audience: Audience) -> None:
    assert type_of((), audience, is_gone=False) is NothingToTell.NEVER_HELD


def test_a_text_that_is_gone_is_not_shown_again() -> None:
    assert type_of(held(R, A), SITE, is_gone=True) is NothingToTell.TEXT_GONE
    assert type_of(held(A), SITE, is_gone=True) is NothingToTell.TEXT_GONE
    assert type_of(held(A, R), SITE, is_gone=True) is MessageType.COMMENT_REMOVED
    assert type_of(held(H), SITE, is_gone=True) is MessageType.COMMENT_HELD
    assert type_of(held(R, A), AUTHOR, is_gone=True) is NothingToTell.TEXT_GONE
    assert type_of(held(A), AUTHOR, is_gone=True) is NO_NEWS
    assert type_of(held(A, R), AUTHOR, is_gone=True) is NOTICE


def test_what_was_overtaken_is_not_told_to_the_site() -> None:
    overtaken = {"is_gone": False, "is_overtaken": True}
    assert type_of(held(A, R), SITE, **overtaken) is NothingToTell.OVERTAKEN
    assert type_of(held(R, R), SITE, **overtaken) is NO_CHANGE
    assert type_of(held(A, R), AUTHOR, **overtaken) is NOTICE


def by(source: DecisionSource, *actions: Action):
    return [replace(one, source=source) for one in held(*actions)]


@pytest.mark.parametrize(
    ("actions", "told"),
    [
        ([A], MessageType.REPORTS_ENDED),
        ([R], MessageType.REPORTS_ENDED),
        ([A, R], MessageType.REPORTS_ENDED),
        ([R, A], MessageType.REPORTS_ENDED),
        ([A, A], NO_NEWS),
        ([R, E, R], NO_NEWS),
        ([R, A, R], MessageType.REPORTS_ENDED),
    ],
)
def test_reporters_hear_of_each_other_end(actions, told) -> None:
    for is_gone in (False, True):
        chain = by(DecisionSource.REVIEWER, *actions)
        assert type_of(chain, Audience.REPORTERS, is_gone=is_gone) is told
    by_the_model = by(DecisionSource.RULE, *actions[:-1])
    last = by(DecisionSource.REVIEWER, *actions)[-1]
    ended = MessageType.REPORTS_ENDED
    assert type_of([*by_the_model, last], Audience.REPORTERS, is_gone=False) is ended


def test_reports_after_the_decision_or_by_an_erased_person_are_not_ended_by_it() -> None:
    (decision,) = held(R)
    report = Report(
        *("i", "r", "site", "una", ReportKind.USER, "spam", "Why?"), reported_at=decision.decided_at
    )
    late = replace(report, reported_at=decision.decided_at + timedelta(microseconds=1))
    erased = replace(report, reporter=erased_name("17"))
    odd = replace(report, reporter="[erased]")  # somebody's name at the site
    assert ended_reports([report, late, erased, odd], decision) == (report, odd)


def test_the_chain_ends_with_the_decision() -> None:
    chain = held(H, A, R)
    assert chain_until(chain, "d1", [LONG_AFTER]) == chain[:2]
    assert chain_until(chain, "d2", [LONG_AFTER]) == chain
    assert chain_until(chain, "other", [LONG_AFTER]) == ()


def test_a_cancelled_decision_and_its_undo_never_held() -> None:
    chain = [MODEL, PRESS, CANCEL]
    assert chain_until(chain, "press", [LONG_AFTER]) == ()
    assert chain_until(chain, "cancel", [LONG_AFTER]) == ()


@pytest.mark.parametrize(("seconds", "is_told"), [(14, False), (15, True), (16, True)])
def test_nothing_is_told_before_it_holds_nor_if_the_text_was_gone_first(seconds, is_told) -> None:
    """PRESS takes effect after 15 seconds; the text was edited at some moment."""
    chain = [MODEL, PRESS]
    expected = chain if is_told else ()
    assert chain_until(chain, "press", [at(seconds)]) == expected
    assert chain_until(chain, "press", [LONG_AFTER, at(seconds)]) == expected


def test_an_outcome_is_told_with_what_was_decided_until_then() -> None:
    chain = held(R, A, R)
    appeal = Appeal(
        "a", "d0", "r", "Why?", AppealStatus.UPHELD, START, START, "lena", "So.", at(0.5)
    )
    assert chain_at_outcome(chain, appeal) == chain[:1]
    restoring = replace(chain[1], appeal_id="a")
    assert chain_at_outcome([chain[0], restoring, chain[2]], appeal) == [chain[0], restoring]
    pending = replace(appeal, heard_at=None, filed_at=at(1) + timedelta(microseconds=1))
    assert chain_at_outcome(chain, pending) == chain[:2]


def test_each_end_of_an_appeal_has_its_type() -> None:
    assert set(APPEAL_TYPES) == set(AppealStatus) - {AppealStatus.PENDING}
