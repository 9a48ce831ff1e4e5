"""The digest: once a day, outside quiet hours, what waits is sent to the leads. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from core.errors import InvalidInput
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.inbox import InboxItem

_HOURS = re.compile(r"([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` until before `end`, two different hours of the day; over midnight if `begin` is
    the later one."""

    begin: int
    end: int

    def holds(self, moment: datetime) -> bool:
        """Whether it is quiet at that local time."""
        if self.begin < self.end:
            return self.begin <= moment.hour < self.end
        return moment.hour >= self.begin or moment.hour < self.end


@dataclass(frozen=True, slots=True)
class Digest:
    """What the digest of a local `day` tells. `appeals` wait to be heard, `overdue_appeals` of them
    past the date that their author was told. `id` is the same for a day, whoever sends it."""

    day: str
    told_at: datetime
    items: Sequence[InboxItem]
    appeals: int
    overdue_appeals: int

    @property
    def id(self) -> str:
        """That of the message."""
        return f"msg_digest_{self.day}"


def quiet_hours(text: str) -> QuietHours:
    """From `22-7`. Raises InvalidInput."""
    found = _HOURS.fullmatch(text)
    if found is None or int(found[1]) == int(found[2]):
        raise InvalidInput("write two different hours from 0 to 23, as in 22-7")
    return QuietHours(int(found[1]), int(found[2]))


def local_day(now: datetime, zone: tzinfo) -> str:
    """The date there, as in `2026-11-30`."""
    return now.astimezone(zone).date().isoformat()


def is_claimed(trail: Sequence[AuditEvent]) -> bool:
    """Whether a digest with those events was sent, or is being sent. After a failed attempt it may
    be tried again."""
    return bool(trail) and trail[-1].kind is AuditKind.DIGEST_SENT
