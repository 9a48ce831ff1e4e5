"""The chain of the audit log: each event has a link made of the link before it and of what the
event says. So no event can be changed, taken out or moved without breaking the chain there. Pure.

An event that was erased keeps the digest of what it said, so the chain goes on over it; a later
event must name it, or it counts as changed.

Whoever can write to the database could make the whole chain anew. That shows against a head (the
last link) that was noted elsewhere before.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from core.moderation.audit import AuditKind

MOST_BREAKS = 1_000
"""Kept of a check; beyond, breaks are counted only."""


class StoredEvent(NamedTuple):
    """An audit event as it is stored: `occurred_at` in microseconds since 1970 UTC, `data` as JSON
    text. `seq` is its place; numbers may be left out. `erased_digest` is that of what an erased
    event said; None for any other."""

    seq: int
    id: str
    kind: str
    actor: str
    subject_id: str
    occurred_at: int
    data: str
    link: str
    erased_digest: str | None = None


class Head(NamedTuple):
    """The last event of the chain, as the state noted it when that event was stored."""

    seq: int
    link: str


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """An event that does not follow from the one before it: it was changed, or what stood between
    them was deleted or moved. `event` is None for the end of the chain: events after `after_seq`
    are gone. `is_erasure`: it says that it was erased, and no event names it."""

    after_seq: int
    event: StoredEvent | None
    is_erasure: bool = False


class ChangedDecision(NamedTuple):
    """A stored decision that is not what its audit event says. The event's `seq`, `logged_action`
    and `logged_actor` are None if no event is about the decision; `logged_action` also where the
    event names none."""

    decision_id: str
    revision_id: str
    action: str
    actor: str
    seq: int | None
    logged_action: str | None
    logged_actor: str | None


@dataclass(slots=True)
class ChainCheck:
    """What a check found. `noted` is the head that the state noted, `head` the last event there is,
    `erased` the number of erased events. `is_known_head_in`: whether the head noted elsewhere is
    still a link; None if none was given. `changed_decisions` are `changed_count` at most, and
    MOST_BREAKS."""

    noted: Head | None
    events: int = 0
    head: Head | None = None
    erased: int = 0
    break_count: int = 0
    breaks: list[ChainBreak] = field(default_factory=list)
    is_known_head_in: bool | None = None
    changed_count: int = 0
    changed_decisions: list[ChangedDecision] = field(default_factory=list)

    @property
    def is_chain_whole(self) -> bool:
        """Whether the events are unchanged."""
        return not self.break_count and self.is_known_head_in is not False

    @property
    def is_whole(self) -> bool:
        """Whether the decisions are what the events say, too."""
        return self.is_chain_whole and not self.changed_count

    def note_changed(self, found: Iterable[ChangedDecision]) -> None:
        """Adds decisions that are not what their events say."""
        for each in found:
            self.changed_count += 1
            if len(self.changed_decisions) < MOST_BREAKS:
                self.changed_decisions.append(each)


def digest_of(event: StoredEvent) -> str:
    """SHA-256 of what the event says, in hexadecimal; its place and its link are left out. Each
    text stands after its length, so that no two events are written alike."""
    _, event_id, kind, actor, subject_id, occurred_at, data, _, _ = event
    told = (
        f"{len(event_id)}:{event_id}{len(kind)}:{kind}{len(actor)}:{actor}"
        f"{len(subject_id)}:{subject_id}{occurred_at}:{len(data)}:{data}"
    )
    return hashlib.sha256(told.encode()).hexdigest()


def link_after(before: str, digest: str) -> str:
    """The link of an event with that digest; `before` is the link before it, empty for the first
    one. The databases compute the same when they store an event."""
    return hashlib.sha256((before + digest).encode()).hexdigest()


def check_chain(
    events: Iterable[StoredEvent], noted: Head | None, known_head: str | None = None
) -> ChainCheck:
    """Checks each event against the one before it, in the order of `seq`. `noted` is the state's
    head, None if it has none; `known_head` a head that was noted elsewhere."""
    check = ChainCheck(noted, is_known_head_in=None if known_head is None else False)
    last_seq, link = 0, ""
    erased: dict[int, ChainBreak] = {}
    named: set[int] = set()
    for event in events:
        if link_after(link, event.erased_digest or digest_of(event)) != event.link:
            _note(check, ChainBreak(last_seq, event))
        elif event.erased_digest is not None:
            erased[event.seq] = ChainBreak(last_seq, event, is_erasure=True)
        if event.kind == AuditKind.REPORTER_ERASED:
            named.update(erased_places(event.data))
        # From what is stored: one changed event is one break.
        last_seq, link = event.seq, event.link
        check.events += 1
        if link == known_head:
            check.is_known_head_in = True
    check.erased = len(erased)
    for seq in erased.keys() - named:
        _note(check, erased[seq])
    check.head = Head(last_seq, link) if check.events else None
    if check.head != noted:
        _note(check, ChainBreak(last_seq, None))
    return check


def is_link(text: str) -> bool:
    """Whether it could be an event's link."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def named_places(places: Iterable[int]) -> str:
    """The places of erased events, as the event of their erasure names them."""
    return ",".join(str(place) for place in places)


def erased_places(data: str) -> Iterable[int]:
    """The inverse of `named_places`, from the data of that event; none if it isn't one's."""
    try:
        return [int(place) for place in json.loads(data)["events"].split(",") if place]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _note(check: ChainCheck, found: ChainBreak) -> None:
    check.break_count += 1
    if len(check.breaks) < MOST_BREAKS:
        check.breaks.append(found)
