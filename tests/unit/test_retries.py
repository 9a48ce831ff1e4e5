"""Retries: their number, their duration, and waits that a server asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.base import ErrorKind
from core.inference.resilience.retries import (
    AttemptFailed,
    RetryRule,
    parse_duration_s,
    pause_s,
    requested_wait_s,
    try_again,
    valid_wait_s,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
RULE = RetryRule(attempts=4, first_pause_s=1, longest_pause_s=8, total_s=30, loading_s=60)


class Hands:
    """A clock that advances by `sleep`, and by `takes_s` with every attempt."""

    def __init__(self, *outcomes: AttemptFailed | str, takes_s: float = 0.0) -> None:
        self.outcomes = list(outcomes)
        self.takes_s = takes_s
        self.now = 0.0
        self.slept: list[float] = []
        self.lefts: list[float] = []

    def send(self, left_s: float) -> str:
        self.lefts.append(left_s)
        self.now += self.takes_s
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, AttemptFailed):
            raise outcome
        return outcome

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def run(self, rule: RetryRule = RULE) -> tuple[str | None, ErrorKind | None, int]:
        tried = try_again(
            self.send, rule, monotonic=lambda: self.now, sleep=self.sleep, draw=lambda: 1.0
        )
        assert tried.waited_s == pytest.approx(sum(self.slept))
        return tried.answer, tried.failure.kind if tried.failure else None, tried.attempts


def busy(after_s: float | None = None, kind: ErrorKind = ErrorKind.BACKEND) -> AttemptFailed:
    return AttemptFailed("is busy", kind=kind, can_retry=True, after_s=after_s)


def test_first_answer_needs_no_pause() -> None:
    hands = Hands("yes")
    assert hands.run() == ("yes", None, 1)
    assert hands.slept == []


def test_pauses_double() -> None:
    hands = Hands(busy(), busy(), busy(), "yes")
    assert hands.run() == ("yes", None, 4)
    assert hands.slept == [1, 2, 4]


def test_attempts_come_to_an_end() -> None:
    assert Hands(busy()).run() == (None, ErrorKind.BACKEND, 4)


def test_a_lasting_failure_is_not_retried() -> None:
    hands = Hands(AttemptFailed("no", kind=ErrorKind.AUTH))
    assert hands.run() == (None, ErrorKind.AUTH, 1)


def test_a_longer_wait_that_the_server_asks_for_is_used_and_a_shorter_one_is_not() -> None:
    hands = Hands(busy(after_s=5), busy(after_s=0.1), "yes")
    hands.run()
    assert hands.slept == [5, 2]


def test_a_requested_wait_longer_than_the_time_left_ends_the_retries() -> None:
    hands = Hands(busy(after_s=30))
    assert hands.run() == (None, ErrorKind.BACKEND, 1)
    assert hands.slept == []


def test_total_time_bounds_attempts_and_pauses_together() -> None:
    hands = Hands(busy(), takes_s=13)
    assert hands.run()[2] == 3
    assert hands.now <= RULE.total_s + 13
    assert hands.lefts == [30, 30 - 14, 30 - 29]


def test_model_that_loads_is_asked_until_its_own_time_is_up() -> None:
    """The server repeats the same estimate without end, as one provider does."""
    hands = Hands(busy(after_s=20, kind=ErrorKind.LOADING))
    assert hands.run() == (None, ErrorKind.LOADING, 8)
    assert set(hands.slept) == {8}
    assert hands.now < 60


def test_model_that_has_loaded_answers() -> None:
    hands = Hands(*[busy(kind=ErrorKind.LOADING)] * 6, "yes")
    assert hands.run() == ("yes", None, 7)


def test_model_that_loads_for_two_hours_is_asked_all_the_time() -> None:
    hands = Hands(busy(kind=ErrorKind.LOADING))
    rule = RetryRule(first_pause_s=1, longest_pause_s=5, total_s=30, loading_s=7_200)
    assert hands.run(rule)[:2] == (None, ErrorKind.LOADING)
    assert 7_190 < hands.now < 7_200


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (20, 20), (0.5, 0.5), (0, 0), (10**400, 86_400), (1e300, 86_400), (float("inf"), 86_400),
        (-1, None), (float("nan"), None), (float("-inf"), None), (True, None), ("20", None),
        (None, None), ([20], None),
    ],
)  # fmt: skip
def test_what_is_believed_of_a_number_in_an_answer(asked: object, seconds: float | None) -> None:
    assert valid_wait_s(asked) == seconds


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z]{3,9},? [0-9A-Za-z:+ -]{0,40}"))
def test_any_words_ask_for_a_day_at_most_or_for_nothing(words: str) -> None:
    asked = requested_wait_s({"retry-after": words}, NOW)
    assert asked is None or 0 <= asked <= 86_400


@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0, 1))
def test_pause_lies_in_the_upper_half_of_its_bound(attempt: int, draw: float, more: float) -> None:
    longest = min(2.0 ** min(attempt - 1, 9), 8)
    assert longest / 2 <= pause_s(RULE, attempt, draw) <= longest
    assert pause_s(RULE, attempt, draw) <= pause_s(RULE, attempt, min(1.0, draw + more))


@given(
    st.lists(st.sampled_from([None, 0.5, 3.0, 40.0]), min_size=1, max_size=8),
    st.floats(0, 20),
    st.sampled_from([ErrorKind.BACKEND, ErrorKind.LOADING]),
)
def test_it_always_ends_in_time(waits: list[float | None], takes_s: float, kind: ErrorKind) -> None:
    hands = Hands(*[busy(wait, kind) for wait in waits], takes_s=takes_s)
    hands.run()
    assert sum(hands.slept) < max(RULE.total_s, RULE.loading_s)
    assert hands.now <= max(RULE.total_s, RULE.loading_s) + takes_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360), ("1s", 1), ("20ms", 0.02), ("1.5s", 1.5), ("1h2m3s", 3723), ("2m", 120),
        ("1d", 86_400), ("59.5", 59.5), ("0", 0), (" 7 ", 7), ("1h500ms", 3600.5),
        ("", None), ("soon", None), ("-1", None), ("6 m", None), ("nan", None), ("inf", None),
        ("1e3", None), ("9" * 400, None), ("²", None),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float | None) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds", "why"),
    [
        ({}, None, "says nothing"),
        ({"retry-after": "3"}, 3, "seconds"),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30, "a date"),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0, "a date that has passed"),
        ({"retry-after": "tomorrow"}, None, "no date"),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30"}, None, "a date of no zone"),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 -0000"}, 30, "UTC, said the other way"),
        ({"retry-after": "Mon, 23 Nov 2026 14:00:30 +0200"}, 30, "a date of another zone"),
        ({"retry-after": "Monday, 23-Nov-26 12:00:30 GMT"}, 30, "as of RFC 850"),
        ({"retry-after": "Mon Nov 23 12:00:30 2026"}, 30, "as asctime writes it"),
        ({"retry-after": "Sun Nov  1 12:00:30 2026"}, 0, "as asctime, and past"),
        ({"retry-after": "Tue Dec  1 12:00:00 2026"}, 86_400, "more than a day"),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400, "a year like no other"),
        ({"retry-after": "999999999999999"}, 86_400, "more than anybody waits"),
        ({"retry-after": "1.5"}, 1.5, "a fraction"),
        ({"retry-after": "-5"}, None, "a time that runs backwards"),
        ({"retry-after": "nan"}, None, "no number"),
        ({"retry-after": "1e300"}, None, "no number of HTTP"),
        ({"retry-after": "Mon, 99 Nov 2026 12:00:30 GMT"}, None, "a day there is not"),
        ({"retry-after-ms": "999999999999999"}, 86_400, "the finer one, bounded too"),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5, "the finer one"),
        ({"x-ratelimit-reset-requests": "6m0s"}, None, "nobody said that none are left"),
        (
            {"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"},
            360,
            "none left until then",
        ),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-tokens": "2m",
                "x-ratelimit-remaining-tokens": "0",
            },
            120,
            "the tokens are what is used up",
        ),
        ({"ratelimit-reset": "9", "ratelimit-remaining": "0"}, 9, "the standard's draft"),
        (
            {"x-ratelimit-reset": str(int(NOW.timestamp()) + 12), "x-ratelimit-remaining": "0"},
            12,
            "a moment instead of a duration",
        ),
    ],
)
def test_what_an_answer_asks_for(headers: Mapping[str, str], seconds: float, why: str) -> None:
    assert requested_wait_s(headers, NOW) == seconds
