"""Tables of calls: what tells of a failure counts as one, and what can't be read as no answer."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import Clock
from core.errors import InvalidInput
from core.servinglog.importing.detection import Choices
from core.servinglog.importing.importer import ImportPlan, ImportRequest, plan_import
from core.servinglog.importing.ledger import ImportLedger
from core.servinglog.lines import MAX_COUNT
from tests.moving_clock import MovingClock

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return MovingClock(NOW).clock


def table(rows: list[dict[str, Any]]) -> str:
    """CSV of 12:00 and later, 41 ms each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["ts", "took_ms", *rows[0]])
    writer.writeheader()
    for number, row in enumerate(rows):
        writer.writerow({"ts": f"2026-11-01T12:00:{number:02}Z", "took_ms": 41, **row})
    return out.getvalue()


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(
        json.dumps({"ts": f"2026-11-01T12:{n // 60:02}:{n % 60:02}Z", "took_ms": 41, **row}) + "\n"
        for n, row in enumerate(rows)
    )


def plan(folder: Path, clock: Clock, text: str, **columns: str) -> ImportPlan:
    file = folder / "a.log"
    file.write_text(text)
    request = ImportRequest(file, Choices(columns=columns))
    return plan_import(request, ImportLedger(folder / "log-imports"), clock)


def counts(found: ImportPlan) -> tuple[int, int, int]:
    """Answered, failed, and not used."""
    failed = sum(found.survey.failed.values())
    return found.survey.calls - failed, failed, found.survey.unusable_count


ANSWERED, FAILED, UNKNOWN = (1, 0, 0), (0, 1, 0), (0, 0, 1)
STATUSES: list[tuple[str, tuple[int, int, int]]] = [
    *((word, ANSWERED) for word in ("200", "200.0", "204", "ok", "OK", "Success", "SUCCEEDED")),
    *((word, ANSWERED) for word in ("2xx", "HTTP/1.1 200", "HTTP/2 200 OK", "200 OK", "True")),
    *((word, ANSWERED) for word in ("completed", "StatusCode.OK", "HTTPStatus.OK", "Created")),
    *((word, FAILED) for word in ("error", "FAILED", "timeout", "UNAVAILABLE", "False", "5xx")),
    *((word, FAILED) for word in ("HTTP/1.1 503", "503 Service Unavailable", "503.0", "000")),
    *((word, FAILED) for word in ("4XX", "HTTP 429", "status=500", "404: no", "Bad Gateway")),
    *((word, FAILED) for word in ("BAD_GATEWAY", "Too Many Requests", "not_found", "Forbidden")),
    *((word, FAILED) for word in ("ReadTimeout", "timed out", "TimeoutError", "ValueError")),
    *((word, FAILED) for word in ("DEADLINE_EXCEEDED", "StatusCode.UNAVAILABLE", "cancelled")),
    *((word, FAILED) for word in ("failed: connection reset", "error 17", "circuit_open", "301")),
    *((word, UNKNOWN) for word in ("-1", "0", "1", "7", "99", "100", "1xx", "600", "999", "1e3")),
    *((word, UNKNOWN) for word in ("unknown", "pending", "HIT", "toxic", "?", "２００", "200x")),
    *((word, UNKNOWN) for word in ("", "-", "null", "NaN", "[]")),
]


@pytest.mark.parametrize(("status", "right"), STATUSES)
@pytest.mark.parametrize("name", ["status", "outcome", "http_status"])
def test_status_is_read_or_unknown(
    tmp_path: Path, clock: Clock, name: str, status: str, right: tuple[int, int, int]
) -> None:
    assert counts(plan(tmp_path, clock, table([{name: status}]))) == right


NO_ERRORS = ("", "nan", "N/A", "[]", "{}", "no", "success", "No error", "None", "null", "0", "0.0",
             "-", "ok", "false", "NO_ERROR", "no errors", "without error", "undefined", "''", "n",
             "(none)", "200", "no error occurred")  # fmt: skip
ERRORS = ("yes", "true", "1", "timeout", "boom", "Traceback (recent last)", "500",
          "no connection", "not found", "None of the servers answered", "-1",
          "unknown")  # fmt: skip


@pytest.mark.parametrize(
    ("value", "right"),
    [*((v, ANSWERED) for v in NO_ERRORS), *((v, FAILED) for v in ERRORS)],
)
@pytest.mark.parametrize("name", ["error", "is_error", "failed", "error_type", "errorMessage"])
def test_error_is_one_or_none(
    tmp_path: Path, clock: Clock, name: str, value: str, right: tuple[int, int, int]
) -> None:
    assert counts(plan(tmp_path, clock, table([{name: value}]))) == right


@pytest.mark.parametrize(
    ("row", "right"),
    [
        ({"success": "true"}, ANSWERED),
        ({"success": "1"}, ANSWERED),
        ({"success": "false"}, FAILED),
        ({"success": "0"}, FAILED),
        ({"ok": "no"}, FAILED),
        ({"success": "perhaps"}, UNKNOWN),
        ({"success": ""}, UNKNOWN),
        ({"is_error": "true"}, FAILED),
        ({"failed": "1"}, FAILED),
        ({"timed_out": "True"}, FAILED),
        ({"outcome": "error"}, FAILED),
        ({"status": "200", "success": "false"}, FAILED),
        ({"status": "200", "outcome": "error"}, FAILED),
        ({"status": "ok", "status_code": "503"}, FAILED),
        ({"status": "ok", "code": "0"}, ANSWERED),
        ({"status": "HIT", "error": ""}, UNKNOWN),
        ({"status": "HIT", "error": "boom"}, FAILED),
        ({"status": "", "error": ""}, ANSWERED),
        ({"status": "", "error": "boom"}, FAILED),
        ({"error": "", "failed": "0", "success": "yes", "status": "2xx"}, ANSWERED),
    ],
)
def test_columns_about_the_outcome_are_all_read(
    tmp_path: Path, clock: Clock, row: dict[str, str], right: tuple[int, int, int]
) -> None:
    assert counts(plan(tmp_path, clock, table([row]))) == right
    assert counts(plan(tmp_path, clock, lines([row]))) == right


@pytest.mark.parametrize(
    ("row", "right"),
    [
        ({"error": None}, ANSWERED),
        ({"error": {}}, ANSWERED),
        ({"error": []}, ANSWERED),
        ({"error": False}, ANSWERED),
        ({"error": {"code": 0, "message": ""}}, ANSWERED),
        ({"error": {"code": 17, "message": "x"}}, FAILED),
        ({"error": {"message": "quota"}}, FAILED),
        ({"error": ["x"]}, FAILED),
        ({"status": True}, ANSWERED),
        ({"status": False}, FAILED),
        ({"status": 503}, FAILED),
        ({"status": 200.0}, ANSWERED),
        ({"status": -1}, UNKNOWN),
        ({"status": None}, UNKNOWN),
        ({"result": {"success": False}}, ANSWERED),  # named as not read
    ],
)
def test_values_of_json(
    tmp_path: Path, clock: Clock, row: dict[str, Any], right: tuple[int, int, int]
) -> None:
    assert counts(plan(tmp_path, clock, lines([row]))) == right


def test_kind_is_the_most_telling_one(tmp_path: Path, clock: Clock) -> None:
    rows = [
        {"status": "429", "error": "boom", "success": "no"},
        {"status": "error", "error": "ReadTimeout", "success": ""},
        {"status": "Unauthorized", "error": "", "success": ""},
        {"status": "5xx", "error": "", "success": ""},
    ]
    found = plan(tmp_path, clock, table(rows)).survey.failed
    assert found == {"rate_limited": 1, "timeout": 1, "auth": 1, "backend": 1}


def test_column_that_only_later_rows_have_is_read(tmp_path: Path, clock: Clock) -> None:
    """As many logs name an error only where there was one, after any number of lines."""
    rows = [*({"n": 1} for _ in range(300)), {"error": "boom"}, {"status_code": 502}]
    assert counts(plan(tmp_path, clock, lines(rows))) == (300, 2, 0)


def test_what_is_not_read_is_named(tmp_path: Path, clock: Clock) -> None:
    found = plan(tmp_path, clock, table([{"result": "no", "status": "200", "user": "7"}]))
    assert found.detected.evidence.endswith("status=status; not read: result, user")
    many = plan(tmp_path, clock, table([{f"c{n}": "x" for n in range(30)}]))
    assert many.detected.evidence.endswith(", c19 and 10 more")


def test_what_can_not_be_read_is_counted_and_told(tmp_path: Path, clock: Clock) -> None:
    rows = [{"status": "200"}, {"status": "HIT"}, {"status": "200"}, {"status": "-1"}]
    found = plan(tmp_path, clock, table(rows))
    ((why, told),) = found.survey.unusable.items()
    assert "status is none that is known" in why
    assert (told.count, told.first_line) == (2, 3)
    alone = plan(tmp_path, clock, table([{"status": "HIT"}]))
    assert "--map status= leaves it out" in alone.problems[0]
    left_out = plan(tmp_path, clock, table([{"status": "HIT"}]), status="")
    assert (counts(left_out), left_out.problems) == (ANSWERED, ())
    assert left_out.detected.evidence.endswith("not read: status")


def test_time_can_not_be_left_out(tmp_path: Path, clock: Clock) -> None:
    for what in ("time", "total"):
        with pytest.raises(InvalidInput, match=f"--map {what}="):
            plan(tmp_path, clock, table([{"status": "200"}]), **{what: ""})


@pytest.mark.parametrize("name", ["batch_size", "tokens", "chars"])
@pytest.mark.parametrize("value", ["-5", "1e99", "3000000000", str(MAX_COUNT + 1), "2.5", "many",
                                   "nan", "inf"])  # fmt: skip
def test_count_that_is_none_is_told(tmp_path: Path, clock: Clock, name: str, value: str) -> None:
    found = plan(tmp_path, clock, table([{name: value}]))
    assert counts(found) == UNKNOWN
    (why,) = found.survey.unusable
    assert "is not a whole number from 0" in why


def test_batch_size_of_0_is_told_and_others_are_read(tmp_path: Path, clock: Clock) -> None:
    rows = [{"batch_size": size} for size in ("0", "", "16", "16.0", str(MAX_COUNT))]
    found = plan(tmp_path, clock, table(rows))
    assert found.survey.unusable.keys() == {"the batch size is 0"}
    assert [row.batch_size for row in found.survey.first_rows] == [1, 16, 16, MAX_COUNT]


def test_phase_longer_than_its_call_is_told(tmp_path: Path, clock: Clock) -> None:
    rows = [{"queue_ms": ms} for ms in ("4000", "41", "0", "41.4", "")]
    found = plan(tmp_path, clock, table(rows))
    assert counts(found) == (4, 0, 1)
    assert found.survey.unusable.keys() == {"queue_ms is longer than the call"}
