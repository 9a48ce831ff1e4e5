"""A call of another server's log as a record of the serving log. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Any

from core.inference.base import Location
from core.servinglog.importing.calls import FoundCall, LogFormat, UnusableLine
from core.servinglog.importing.times import in_utc
from core.servinglog.record import MAX_COUNT, Mode, ServingRecord, fits_in

UNKNOWN = "unknown"
AHEAD = timedelta(minutes=5)
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Dated:
    """A call with the time of its line in UTC, and whether that had no zone of its own."""

    call: FoundCall
    at: datetime
    had_no_zone: bool


class Dating:
    """Puts the times of usable calls into UTC. Times without a zone are read in `zone`; without
    that too they are read as UTC, for a preview."""

    def __init__(self, zone: tzinfo | None, now: datetime) -> None:
        self._zone = zone or UTC
        self._latest = now + AHEAD

    def date(self, call: FoundCall) -> Dated:
        """Raises UnusableLine, also for a call without a duration, or shorter than a phase."""
        if call.total_ms is None:
            raise UnusableLine("there is no duration")
        if call.at is None:
            raise UnusableLine("there is no time")
        for phase in ("queue_ms", "tokenize_ms", "compute_ms", "network_ms"):
            part = getattr(call, phase)
            if part is not None and not fits_in(part, call.total_ms):
                raise UnusableLine(f"{phase} is longer than the call")
        return Dated(call, self.moment(call.at), call.at.tzinfo is None)

    def moment(self, at: datetime) -> datetime:
        """The time in UTC. Raises UnusableLine."""
        moment = in_utc(at, self._zone)
        if moment > self._latest:
            raise UnusableLine("the time is in the future")
        return moment


class RecordMaker:
    """Makes the records of one file; the same lines always give the same ids.

    An id is made of the line, or of the id that the line has itself. Lines that are the same in
    every byte are several calls if they follow each other within one time, and one call otherwise;
    a call whose own id was there before within one time is the same call.
    """

    def __init__(self, log_format: LogFormat, backend: str | None) -> None:
        self._format = log_format
        self._backend = backend
        self._at: datetime | None = None
        self._seen: dict[str, int] = {}

    def make(self, dated: Dated, record_id: str) -> ServingRecord:
        """The record of a call with a duration."""
        call, start = dated.call, dated.at
        assert call.total_ms is not None
        if call.is_end:
            start -= timedelta(milliseconds=call.total_ms)
        return ServingRecord(
            request_id=record_id,
            started_at=start,
            mode=Mode.IMPORT,
            backend=self._backend or _short(call.backend) or self._format.name,
            model_version=_short(call.model_version) or UNKNOWN,
            runtime=UNKNOWN,
            precision=UNKNOWN,
            location=Location.REMOTE,
            batch_size=min(call.batch_size, MAX_COUNT),
            chars=call.chars,
            total_ms=call.total_ms,
            queue_ms=call.queue_ms,
            tokenize_ms=call.tokenize_ms,
            compute_ms=call.compute_ms,
            network_ms=call.network_ms,
            tokens=call.tokens,
            error_kind=call.error_kind,
            caller_request_id=_short(call.request_id),
            trace_id=_short(call.trace_id),
        )

    def identify(self, dated: Dated, content: str | Mapping[str, Any], number: int) -> str | None:
        """The id of the call that is this one of its line; None if it was there before."""
        if dated.at != self._at:
            self._at = dated.at
            self._seen.clear()
        own = dated.call.own_id
        text = own if own is not None else _as_text(content)
        key = f"{self._format.name} {dated.call.backend} {number} {text}"
        digest = blake2b(key.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
        copies = self._seen.get(digest, 0)
        self._seen[digest] = copies + 1
        if copies and own is not None:
            return None
        return f"{digest}-{copies}" if copies else digest


def _as_text(content: str | Mapping[str, Any]) -> str:
    if isinstance(content, str):
        return content
    return json.dumps({name: str(value) for name, value in content.items()}, sort_keys=True)


def _short(text: str | None) -> str | None:
    """None for what the log can't hold."""
    return text if text and text.isprintable() and len(text) <= _MOST_TEXT else None
