"""The chain of the audit log finds every change of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.audit_chain import (
    MOST_BREAKS,
    Head,
    StoredEvent,
    check_chain,
    digest_of,
    erased_places,
    link_after,
    named_places,
)
from core.moderation.erasure import ERASED

TOLD = st.tuples(
    st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5),
    st.integers(0, 2**60), st.text(max_size=5),
)  # fmt: skip


def chain_of(told: list[tuple[str, str, str, str, int, str]]) -> list[StoredEvent]:
    events, link = [], ""
    for seq, each in enumerate(told, start=1):
        event = StoredEvent(seq, *each, link="")
        link = link_after(link, digest_of(event))
        events.append(event._replace(link=link))
    return events


def head_of(events: list[StoredEvent]) -> Head | None:
    return Head(events[-1].seq, events[-1].link) if events else None


CHAIN = chain_of([(f"e{n}", "case.skipped", "mina", "r", n, "{}") for n in range(1, 8)])


@pytest.mark.parametrize("field", ["id", "kind", "actor", "subject_id", "data", "occurred_at"])
def test_a_changed_event_is_named_and_no_other(field: str) -> None:
    was = getattr(CHAIN[3], field)
    changed = CHAIN[3]._replace(**{field: was + 1 if field == "occurred_at" else f"{was} "})
    check = check_chain([*CHAIN[:3], changed, *CHAIN[4:]], head_of(CHAIN))
    assert [(found.after_seq, found.event) for found in check.breaks] == [(3, changed)]
    assert not check.is_whole


@pytest.mark.parametrize("first", range(7))
@pytest.mark.parametrize("count", range(1, 8))
def test_deleted_events_show_where_they_stood(first: int, count: int) -> None:
    left = CHAIN[:first] + CHAIN[first + count :]
    check = check_chain(left, head_of(CHAIN))
    [found] = check.breaks
    assert found.after_seq == first
    assert found.event == (CHAIN[first + count] if first + count < len(CHAIN) else None)


def test_two_events_in_each_others_place_are_found() -> None:
    swapped = list(CHAIN)
    swapped[2], swapped[4] = CHAIN[4]._replace(seq=3), CHAIN[2]._replace(seq=5)
    check = check_chain(swapped, head_of(CHAIN))
    assert [found.after_seq for found in check.breaks] == [2, 3, 4, 5]


def test_a_chain_that_was_made_anew_lacks_the_head_noted_before() -> None:
    head = CHAIN[4].link
    assert check_chain(CHAIN, head_of(CHAIN), head).is_whole
    forged = chain_of([event[1:7] for event in CHAIN[1:]])
    check = check_chain(forged, head_of(forged), head)
    assert (check.break_count, check.is_known_head_in, check.is_whole) == (0, False, False)


def emptied(event: StoredEvent) -> StoredEvent:
    """As an erasure leaves it."""
    return event._replace(subject_id=ERASED, data="{}", erased_digest=digest_of(event))


def chain_with_erasure(data: str) -> list[StoredEvent]:
    """Three events, of which the second was erased, and an event with that data."""
    told = [(f"e{n}", "reporter.muted", "lena", "site:una", n, "{}") for n in range(1, 4)]
    events = chain_of([*told, ("e4", "reporter.erased", "system", "audit_log", 4, data)])
    events[1] = emptied(events[1])
    return events


def test_the_chain_goes_on_over_an_erased_event_that_a_later_one_names() -> None:
    events = chain_with_erasure(f'{{"events": "{named_places([2])}", "reports": "0"}}')
    check = check_chain(events, head_of(events))
    assert check.events == 4
    assert check.is_whole
    assert check.erased == 1


@pytest.mark.parametrize(
    "data", ['{"events": "1,3"}', '{"events": ""}', "{}", '{"events": 2}', '{"events": "x"}', "[]"]
)
def test_an_event_emptied_without_such_a_word_counts_as_changed(data: str) -> None:
    events = chain_with_erasure(data)
    check = check_chain(events, head_of(events))
    assert [(found.event, found.is_erasure) for found in check.breaks] == [(events[1], True)]
    assert not check.is_whole


def test_a_digest_made_up_for_an_erased_event_breaks_the_chain() -> None:
    events = chain_with_erasure('{"events": "2"}')
    events[1] = events[1]._replace(erased_digest=digest_of(events[2]))
    check = check_chain(events, head_of(events))
    assert [(found.after_seq, found.is_erasure) for found in check.breaks] == [(1, False)]


def test_places_are_read_as_they_were_named() -> None:
    for places in ([], [3], [12, 57, 10**12]):
        assert erased_places(json.dumps({"events": named_places(places)})) == places


def test_many_breaks_are_counted_and_the_first_kept() -> None:
    events = [StoredEvent(n, "e", "k", "a", "s", n, "{}", "wrong") for n in range(1, 2_001)]
    check = check_chain(events, Head(2_000, "wrong"))
    assert (check.break_count, len(check.breaks)) == (2_000, MOST_BREAKS)


def test_an_empty_log_is_whole() -> None:
    check = check_chain([], None)
    assert (check.is_whole, check.events, check.head) == (True, 0, None)
    assert not check_chain([], Head(1, "link")).is_whole


@given(TOLD, TOLD)
def test_two_events_have_one_digest_only_if_they_say_the_same(
    one: tuple[str, str, str, str, int, str], other: tuple[str, str, str, str, int, str]
) -> None:
    digests = [digest_of(StoredEvent(1, *each, link="")) for each in (one, other)]
    assert (digests[0] == digests[1]) is (one == other)


@given(st.lists(TOLD, min_size=1, max_size=6, unique=True), st.data())
def test_no_change_of_what_is_stored_goes_unseen(
    told: list[tuple[str, str, str, str, int, str]], data: st.DataObject
) -> None:
    whole = chain_of(told)
    assert check_chain(whole, head_of(whole)).is_whole
    others = data.draw(st.lists(st.sampled_from(whole), unique=True))
    renumbered = [event._replace(seq=seq) for seq, event in enumerate(others, start=1)]
    check = check_chain(renumbered, head_of(whole))
    assert check.is_whole is (renumbered == whole)
