"""Lines of a serving log, right and wrong, and the counts of all that a log holds."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.servinglog.answers import LogContents
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import RefusalReason, RefusalRecord
from core.servinglog.windows import Window
from core.servinglog.writer import encode
from tests.servinglog_records import HOUR, START, record

NOW = START + timedelta(hours=1)
ALL = Window(datetime(1970, 1, 1, tzinfo=UTC), NOW)
GOOD: dict[str, Any] = json.loads(encode(record("good")))


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode() + b"\n"


def raw(field: str, value: str) -> bytes:
    """A good line with one value replaced by raw JSON."""
    return json.dumps(GOOD | {field: "HERE"}).replace('"HERE"', value).encode() + b"\n"


def refusal(refusal_id: str, at_s: float = 0.0, **changes: Any) -> RefusalRecord:
    values: dict[str, Any] = {
        "refusal_id": refusal_id,
        "refused_at": START + timedelta(seconds=at_s),
        "reason": RefusalReason.OVERLOADED,
        "refused_count": 1,
    }
    return RefusalRecord(**(values | changes))


def contents_of(folder: Path, now: datetime = NOW) -> LogContents:
    """The log's contents, after every query was run."""
    queries = ServingLogQueries(folder)
    queries.summary(ALL)
    queries.summary(ALL.previous())
    queries.series(HOUR, 60)
    queries.by_backend(ALL)
    queries.slowest(ALL)
    queries.estimate_calls(ALL, "onnx")
    queries.backend_calls(ALL)
    queries.last_seen(START - timedelta(hours=24), now)
    queries.series_names(now)
    queries.audits(START, "v1")
    queries.refused(ALL)
    queries.find("good")
    found = queries.contents(now)
    assert found.lines == found.readable + found.unreadable + found.duplicates + found.future
    return found
