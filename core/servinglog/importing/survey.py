"""The first pass over a file that is imported: what is in it, and why it must not be imported."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.servinglog.importing.calls import FoundCall, LogFormat, UnusableLine
from core.servinglog.importing.reading import Entry
from core.servinglog.importing.records import Dated, Dating, RecordMaker
from core.servinglog.importing.spread import Spread
from core.servinglog.record import ServingRecord

SHOWN = 5
MOST_REQUESTS = 200
BACK_AFTER = timedelta(minutes=10)
"""Lines may be this much out of order: a call is written when it ends, and several processes may
write one file."""
_OTHERS = "others"


@dataclass(slots=True)
class UnusableRows:
    """How many lines can't be used for one reason, and the first of them."""

    count: int
    first_line: int


@dataclass(frozen=True, slots=True)
class StepBack:
    """The first time that is earlier than one before it."""

    line: int
    before: datetime
    after: datetime

    @property
    def length(self) -> timedelta:
        """How far back."""
        return self.before - self.after


@dataclass(slots=True)
class Survey:
    """What one pass found. `other` lines tell of no call; `left_out` calls are those that `--path`
    leaves out. `calls` can be imported: they have a time and a duration. `counted` are the calls of
    a log without durations, and `copies` were there before."""

    lines: int = 0
    other: int = 0
    left_out: int = 0
    calls: int = 0
    counted: int = 0
    copies: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    unusable: dict[str, UnusableRows] = field(default_factory=dict)
    first_rows: list[ServingRecord] = field(default_factory=list)
    spread: Spread = field(default_factory=Spread)
    first_at: datetime | None = None
    last_at: datetime | None = None
    without_zone: int = 0
    step_back: StepBack | None = None

    @property
    def unusable_count(self) -> int:
        """Lines about a call that can't be used."""
        return sum(reason.count for reason in self.unusable.values())

    def reject(self, number: int, why: str) -> None:
        """Count a line that can't be used."""
        self.unusable.setdefault(why, UnusableRows(0, number)).count += 1


class Surveyor:
    """Reads entries one after another into a `Survey`, and makes the records of those that come
    after the line `skip`; without it none but the first few, which the survey shows."""

    def __init__(
        self,
        log_format: LogFormat,
        dating: Dating,
        *,
        path: str | None,
        backend: str | None,
        skip: int | None = None,
    ) -> None:
        self.survey = Survey()
        self._skip = skip
        self._format = log_format
        self._dating = dating
        self._path = path
        self._maker = RecordMaker(log_format, backend)

    def take(self, entry: Entry) -> list[ServingRecord]:
        """Counts the entry, and gives its records."""
        found = self.survey
        found.lines += 1
        if entry.content is None:
            found.reject(entry.number, entry.problem or "can't be read")
            return []
        if not entry.content:  # a blank line
            found.other += 1
            return []
        try:
            calls = self._format.parse(entry.content)
        except UnusableLine as error:
            found.reject(entry.number, str(error))
            return []
        if not calls:
            found.other += 1
        records = (self._record(call, entry, nth) for nth, call in enumerate(calls))
        return [record for record in records if record is not None]

    def _record(
        self, call: FoundCall | UnusableLine, entry: Entry, nth: int
    ) -> ServingRecord | None:
        found = self.survey
        if isinstance(call, UnusableLine):
            found.reject(entry.number, str(call))
            return None
        if self._path is not None and not call.path.startswith(self._path):
            found.left_out += 1
            return None
        if not self._format.has_latency:
            self._count(call)
            return None
        assert entry.content is not None
        try:
            dated = self._dating.date(call)
        except UnusableLine as error:
            found.reject(entry.number, str(error))
            return None
        record_id = self._maker.identify(dated, entry.content, nth)
        if record_id is None:
            found.copies += 1
            return None
        self._note(dated, entry.number)
        if len(found.first_rows) < SHOWN:
            found.first_rows.append(self._maker.make(dated, record_id))
        is_wanted = self._skip is not None and entry.number > self._skip
        return self._maker.make(dated, record_id) if is_wanted else None

    def _count(self, call: FoundCall) -> None:
        found = self.survey
        found.counted += 1
        _note_outcome(found, call)
        try:
            at = None if call.at is None else self._dating.moment(call.at)
        except UnusableLine:
            return
        if at is not None:
            found.without_zone += call.at is not None and call.at.tzinfo is None
            found.first_at = min(at, found.first_at or at)
            found.last_at = max(at, found.last_at or at)

    def _note(self, dated: Dated, number: int) -> None:
        found = self.survey
        found.calls += 1
        _note_outcome(found, dated.call)
        found.spread.add(dated.call.total_ms or 0.0)
        found.without_zone += dated.had_no_zone
        latest = found.last_at
        if latest is not None and latest - dated.at > BACK_AFTER and found.step_back is None:
            found.step_back = StepBack(number, latest, dated.at)
        found.first_at = min(dated.at, found.first_at or dated.at)
        found.last_at = max(dated.at, latest or dated.at)


def _note_outcome(found: Survey, call: FoundCall) -> None:
    if call.error_kind is not None:
        found.failed[call.error_kind] += 1
    is_known = call.what in found.requests or len(found.requests) < MOST_REQUESTS
    found.requests[call.what if is_known else _OTHERS] += 1
