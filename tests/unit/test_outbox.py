"""Which messages a decision or an appeal's end gives rise to, and how often each is tried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import RuleBroken
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.outbox import (
    CLOCKS_DIFFER,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    MAX_DETAIL_CHARS,
    Audience,
    Channel,
    FailedAttempt,
    Message,
    MessageState,
    delivered,
    failed,
    is_given_up,
    messages_of_appeal,
    messages_of_decision,
    not_needed,
    pause,
    replayed,
)
from core.moderation.policies import Action
from tests.moving_clock import START

BOTH = (Channel.WEBHOOK, Channel.EMAIL)
SITE, AUTHOR = Audience.SITE, Audience.AUTHOR
FIRST = Decision(
    "d1", "r", Action.HOLD, DecisionSource.RULE, "system", 1, START, reason_code="harassment"
)
LATER = replace(
    FIRST,
    id="d2",
    action=Action.APPROVE,
    source=DecisionSource.REVIEWER,
    supersedes="d1",
    grace=timedelta(seconds=15),
)
APPEAL = Appeal("a1", "d2", "r", "Why?", AppealStatus.UPHELD, START, START, "lena", "So.", START)
MESSAGE = messages_of_decision(FIRST, [Channel.WEBHOOK])[0]
HOUR = timedelta(hours=1)


def told(decision: Decision) -> list[tuple[Channel, Audience]]:
    return [(each.channel, each.audience) for each in messages_of_decision(decision, BOTH)]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (FIRST, [(Channel.WEBHOOK, SITE), (Channel.WEBHOOK, AUTHOR), (Channel.EMAIL, AUTHOR)]),
        (replace(FIRST, action=Action.APPROVE), [(Channel.WEBHOOK, SITE)]),
        (LATER, [(Channel.WEBHOOK, SITE), (Channel.WEBHOOK, AUTHOR), (Channel.EMAIL, AUTHOR)]),
        (replace(LATER, appeal_id="a1"), [(Channel.WEBHOOK, SITE)]),
    ],
)
def test_who_is_told_of_a_decision(decision: Decision, expected) -> None:
    assert told(decision) == expected


def test_reporters_are_told_of_what_a_person_decided_for_good() -> None:
    def to_reporters(decision: Decision) -> list[Channel]:
        found = messages_of_decision(decision, BOTH, tells_reporters=True)
        return [each.channel for each in found if each.audience is Audience.REPORTERS]

    by_a_person = replace(LATER, source=DecisionSource.REVIEWER)
    for action in (Action.APPROVE, Action.REMOVE):
        final = replace(by_a_person, action=action)
        assert to_reporters(final) == [Channel.WEBHOOK]
        assert to_reporters(replace(final, undoes="d1")) == []
        assert to_reporters(replace(final, source=DecisionSource.RULE)) == []
    for action in (Action.HOLD, Action.ESCALATE):
        assert to_reporters(replace(by_a_person, action=action)) == []


def test_a_site_without_a_channel_has_no_messages() -> None:
    assert messages_of_decision(FIRST, ()) == []
    assert messages_of_appeal(APPEAL, ()) == []


def test_a_decision_is_told_once_it_holds_for_certain() -> None:
    (first, *_), (later, *_) = (messages_of_decision(each, BOTH) for each in (FIRST, LATER))
    assert (first.due_at, first.next_at) == (START, START)
    assert later.due_at == later.next_at == START + timedelta(seconds=15) + CLOCKS_DIFFER
    assert timedelta(0) < CLOCKS_DIFFER < timedelta(seconds=5)


def test_the_authors_hear_how_an_appeal_ended() -> None:
    found = messages_of_appeal(APPEAL, BOTH)
    assert [(each.channel, each.audience) for each in found] == [
        (Channel.WEBHOOK, AUTHOR),
        (Channel.EMAIL, AUTHOR),
    ]
    assert {(each.appeal_id, each.decision_id, each.due_at) for each in found} == {
        ("a1", "d2", START)
    }
    with pytest.raises(RuleBroken, match="no outcome"):
        messages_of_appeal(replace(APPEAL, heard_at=None), BOTH)


def test_ids_are_the_same_again_and_all_different() -> None:
    made = [
        *messages_of_decision(FIRST, BOTH),
        *messages_of_decision(LATER, BOTH),
        *messages_of_appeal(APPEAL, BOTH),
    ]
    assert len({each.id for each in made}) == len(made) == 8
    assert messages_of_decision(FIRST, BOTH) == made[:3]
    assert all(each.id.startswith("msg_") and len(each.id) == 36 for each in made)
    assert {each.revision_id for each in made} == {"r"}
    assert {each.decision_id for each in made} == {"d1", "d2"}


@pytest.mark.parametrize(
    ("attempts", "draw", "seconds"),
    [
        (1, 0, 30),
        (1, 1, 37.5),
        (2, 0, 60),
        (3, 0.5, 135),
        (10, 0, 15_360),
        (11, 0, 21_600),
        (11, 1, 27_000),
        (1_000, 0, 21_600),
    ],
)
def test_pauses_double_up_to_six_hours(attempts: int, draw: float, seconds: float) -> None:
    assert pause(attempts, draw) == timedelta(seconds=seconds)


def test_all_attempts_together_take_about_three_days() -> None:
    total = sum((pause(n, 0.5) for n in range(1, MAX_ATTEMPTS)), timedelta(0))
    assert timedelta(days=2, hours=12) < total < timedelta(days=4)


def test_what_was_taken_is_delivered() -> None:
    tried = replace(MESSAGE, attempts=2, detail="answered 500")
    assert delivered(tried, START + HOUR) == replace(
        tried, state=MessageState.DELIVERED, detail="", ended_at=START + HOUR
    )


def test_what_nobody_needs_says_why() -> None:
    ended = not_needed(MESSAGE, "nothing changed", START)
    assert (ended.state, ended.detail) == (MessageState.NOT_NEEDED, "nothing changed")
    assert ended.ended_at == START


@pytest.mark.parametrize(
    ("after_s", "wait"),
    [
        (None, timedelta(seconds=30)),
        (5.0, timedelta(seconds=30)),
        (120.0, timedelta(seconds=120)),
        (1e9, LONGEST_PAUSE),
    ],
)
def test_a_failed_attempt_is_repeated_and_the_receiver_may_ask_for_time(after_s, wait) -> None:
    again = failed(replace(MESSAGE, attempts=1), FailedAttempt("x", after_s), START, draw=0)
    assert (again.state, again.next_at, again.detail) == (MessageState.PENDING, START + wait, "x")
    assert again.ended_at is None
    assert again.due_at == MESSAGE.due_at


@pytest.mark.parametrize(
    ("attempts", "is_final", "state"),
    [
        (MAX_ATTEMPTS - 1, False, MessageState.PENDING),
        (MAX_ATTEMPTS, False, MessageState.DEAD),
        (1, True, MessageState.DEAD),
    ],
)
def test_it_is_given_up_after_the_last_attempt_or_a_final_refusal(attempts, is_final, state):
    failure = FailedAttempt("y" * 1_000, is_final=is_final)
    ended = failed(replace(MESSAGE, attempts=attempts), failure, START + HOUR, draw=0)
    assert ended.state is state
    assert ended.detail == "y" * MAX_DETAIL_CHARS
    assert (ended.ended_at == START + HOUR) == (state is MessageState.DEAD)


def test_a_message_whose_attempts_never_end_is_given_up() -> None:
    assert not is_given_up(replace(MESSAGE, attempts=MAX_ATTEMPTS))
    assert is_given_up(replace(MESSAGE, attempts=MAX_ATTEMPTS + 1))


def test_a_dead_message_is_sent_again_as_if_it_were_new() -> None:
    dead = replace(
        MESSAGE, state=MessageState.DEAD, attempts=20, detail="answered 500", ended_at=START
    )
    assert replayed(dead, START + HOUR) == replace(MESSAGE, next_at=START + HOUR)


@pytest.mark.parametrize("state", [each for each in MessageState if each is not MessageState.DEAD])
def test_only_a_dead_message_is_sent_again(state: MessageState) -> None:
    with pytest.raises(RuleBroken, match=f"is {state}"):
        replayed(replace(MESSAGE, state=state), START)


def test_states_and_channels_are_stored_as_they_are_written() -> None:
    assert [*MessageState] == ["pending", "delivered", "not_needed", "dead"]
    assert [*Channel, *Audience] == ["webhook", "email", "site", "author", "reporters"]
    assert isinstance(MESSAGE, Message)
