"""Any decisions, undos, appeals, deliveries, failures and kills in any order: what readers may see
is told to the site at least once, in its order, not before it holds, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.moderation.appeals import AppealStatus
from core.moderation.comments import Revision, Visibility
from core.moderation.decisions import Decision, visibility
from core.moderation.effect import in_force
from core.moderation.message_contents import APPEAL_TYPES
from core.moderation.outbox import Audience, MessageState
from core.moderation.policies import Action
from tests.factories import CLEAN, HELD, REMOVED, chain_of
from tests.property.outbox_walk import GRACE_S, Walk

TEXTS = st.sampled_from([HELD, CLEAN, REMOVED, f"{HELD} More.", f"{REMOVED} More."])
PEOPLE = st.sampled_from(["mina", "lena"])
OUTCOMES = st.sampled_from(["ok", "ok", "refuses", "late", "dies before", "dies after"])
STEPS = st.one_of(
    st.tuples(st.just("write"), TEXTS),
    st.tuples(st.just("decide"), PEOPLE, st.sampled_from(["approve", "remove", "escalate"])),
    st.tuples(st.just("decide"), PEOPLE, st.sampled_from(["approve", "remove"])),
    st.tuples(
        st.just("decide_and_send"),
        PEOPLE,
        st.sampled_from(["approve", "remove"]),
        st.sampled_from(["1.019", "14.019", "17.019"]),
    ),
    st.tuples(st.just("undo"), PEOPLE),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("appeal")),
    st.tuples(st.just("hear"), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("withdraw")),
    st.tuples(st.just("wait"), st.sampled_from(["2.017", "11.031", "15.007", "70.011", "9000"])),
    st.tuples(st.just("send"), OUTCOMES),
    st.tuples(st.just("send"), OUTCOMES),
)
WALKS = st.lists(STEPS, min_size=4, max_size=25)


@contextmanager
def walked(first: str, steps: list[tuple[str, ...]]) -> Iterator[Walk]:
    """After all steps, with a receiver that is well at last."""
    walk = Walk()
    try:
        for step in [("write", first), *steps]:
            walk.take(step)
        walk.drain()
        yield walk
    finally:
        walk.close()


def ends_of(walk: Walk, revision: Revision) -> datetime | None:
    """When the text was edited or withdrawn."""
    later = [each.received_at for each in walk.revisions() if each.number == revision.number + 1]
    ends = [*later, *([revision.withdrawn_at] if revision.withdrawn_at else [])]
    return min(ends, default=None)


def seen_by_readers(walk: Walk, revision: Revision) -> list[Visibility]:
    """What the public saw of the text, one after the other, as every look-up would have told: from
    the decisions that were stored at each moment."""
    chain = chain_of(walk.site.services, revision)
    end = ends_of(walk, revision)
    moments = sorted({t for each in chain for t in (each.decided_at, each.effective_at)})
    seen = [
        visibility(_in_force_then(chain, moment))
        for moment in moments
        if end is None or moment <= end
    ]
    changes = [shown for shown, _ in groupby([Visibility.PENDING, *seen])]
    return changes[1:]


def told_to_site(walk: Walk, revision: Revision) -> list[Visibility]:
    """In the order of arrival, each once however often it came."""
    arrived = [
        each
        for each in walk.receiver.arrived
        if each.content.revision.id == revision.id and each.content.statement is None
    ]
    return [each.content.visibility for each in {each.id: each for each in arrived}.values()]


def is_gone_from(told: list[Visibility], seen: list[Visibility]) -> bool:
    """Whether `told` is `seen` without some of the times when the text was to be shown."""
    rest = iter(told)
    following = next(rest, None)
    for shown in seen:
        if shown is following:
            following = next(rest, None)
        elif shown is not Visibility.VISIBLE:
            return False
    return following is None


@pytest.mark.slow
@settings(max_examples=40)
@given(first=TEXTS, steps=WALKS)
def test_the_site_is_told_what_readers_may_see(first: str, steps: list[tuple[str, ...]]) -> None:
    with walked(first, steps) as walk:
        assert not walk.is_dead()
        for revision in walk.revisions():
            told, seen = told_to_site(walk, revision), seen_by_readers(walk, revision)
            if ends_of(walk, revision) is None:
                assert told == seen
            else:
                assert is_gone_from(told, seen), (told, seen)
        check_times_and_order(walk)
        check_appeals(walk)
        check_removals(walk)


def check_times_and_order(walk: Walk) -> None:
    """Each message came only when its decision held, none of a cancelled decision came, and none
    came after a later one of its audience."""
    numbers: dict[bool, list[int]] = {True: [], False: []}
    places = {
        each.id: place
        for place, each in enumerate(
            message for revision in walk.revisions() for message in walk.site.messages(revision)
        )
    }
    for each in walk.receiver.arrived:
        assert each.at >= each.content.occurred_at
        numbers[each.content.statement is None].append(places[each.id])
    assert all(order == sorted(order) for order in numbers.values())
    for revision in walk.revisions():
        chain = chain_of(walk.site.services, revision)
        cancelled = {
            later.undoes
            for past, later in pairwise(chain)
            if later.undoes == past.id and later.decided_at < past.effective_at
        }
        for message in walk.site.messages(revision):
            if message.decision_id in cancelled and message.appeal_id is None:
                assert message.state is MessageState.NOT_NEEDED
                assert message.id not in {each.id for each in walk.receiver.arrived}


def check_appeals(walk: Walk) -> None:
    """How an appeal ended is told, once it has."""
    for revision in walk.revisions():
        with walk.context.store.read() as reader:
            appeal = reader.appeal_of(revision.id)
        kinds = {
            each.content.type
            for each in walk.receiver.arrived
            if each.content.revision.id == revision.id
        }
        if appeal is not None and appeal.status is not AppealStatus.PENDING:
            assert APPEAL_TYPES[appeal.status] in kinds


def check_removals(walk: Walk) -> None:
    """The author hears of each removal that held at any moment."""
    for revision in walk.revisions():
        chain, end = chain_of(walk.site.services, revision), ends_of(walk, revision)
        moments = {t for each in chain for t in (each.decided_at, each.effective_at)}
        held = {
            decision.id
            for moment in moments
            if end is None or moment <= end
            if (decision := _in_force_then(chain, moment)) is not None
            if decision.action is Action.REMOVE
        }
        told = {
            message.decision_id
            for message in walk.site.messages(revision)
            if message.audience is Audience.AUTHOR and message.appeal_id is None
            if message.id in {each.id for each in walk.receiver.arrived}
        }
        assert held <= told


def _in_force_then(chain: list[Decision], moment: datetime) -> Decision | None:
    return in_force([past for past in chain if past.decided_at <= moment], moment)


def test_a_walk_reaches_what_it_is_about() -> None:
    """Else the property would hold of nothing."""
    cancel = [("decide", "mina", "remove"), ("undo", "mina"), ("wait", str(GRACE_S + 1))]
    remove = [("decide", "mina", "remove"), ("wait", "20"), ("send", "dies after")]
    restore = [("appeal",), ("hear", "yes"), ("send", "refuses"), ("wait", "70")]
    with walked(HELD, [*cancel, *remove, *restore]) as walk:
        (revision,) = walk.revisions()
        assert told_to_site(walk, revision) == [
            Visibility.HELD,
            Visibility.REMOVED,
            Visibility.VISIBLE,
        ]
        assert len(walk.receiver.arrived) > len({each.id for each in walk.receiver.arrived})
