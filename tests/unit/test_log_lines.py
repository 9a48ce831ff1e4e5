"""A log record as a line of JSON: one line whatever it holds, and no secret in it."""

import json
import logging

import pytest

from core.inference.remote.secrets import hide_in_logs
from core.processes.log_lines import JsonLines
from core.servinglog.record import ORIGIN, RequestOrigin

KEY = "mck_0123456789ab_" + "k" * 43
HOSTILE = (
    'two\nlines\r\n{"level": "CRITICAL"}',
    "bell \x07, escape \x1b[2J, null \x00, C1 \x85",
    "line ends of Unicode \u2028 and \u2029, turned \u202e round",
    "half a pair \ud800",
    "😀 日本語",
)


def record_of(message: str, *arguments: object, error: BaseException | None = None):
    about = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("core.x", logging.WARNING, "x.py", 1, message, arguments, about)


def fields_of(record: logging.LogRecord) -> dict[str, str]:
    line = JsonLines().format(record)
    assert line.isascii()
    assert line.isprintable()
    return json.loads(line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_record_is_one_line_and_keeps_its_text(text):
    assert fields_of(record_of("it says %s", text))["message"] == f"it says {text}"
    try:
        raise ValueError(text)
    except ValueError as error:
        told = fields_of(record_of("failed", error=error))
    assert told["exception"].endswith(f"ValueError: {text}")
    assert "Traceback" in told["exception"]


def test_time_level_logger_and_only_what_is_known():
    told = fields_of(record_of("ready"))
    assert list(told) == ["time", "level", "logger", "message"]
    assert (told["level"], told["logger"]) == ("WARNING", "core.x")
    assert told["time"].endswith("+00:00")


def test_the_request_and_its_trace_are_fields():
    token = ORIGIN.set(RequestOrigin("r-1", "a" * 32))
    try:
        told = fields_of(record_of("slow"))
    finally:
        ORIGIN.reset(token)
    assert (told["request_id"], told["trace_id"]) == ("r-1", "a" * 32)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("can't reach postgresql://mod:s3cr3t%40@db/console", "s3cr3t"),
        ("postgresql://db/console?user=mod&password=s3cr3t&sslmode=require", "s3cr3t"),
        (f"refused {KEY}", "kkkk"),
        ("GET https://scores/v1?key=told-before", "told-before"),
    ],
)
def test_no_secret_is_in_the_line(text, secret):
    hide_in_logs(["told-before"])
    error = ValueError(text)
    told = fields_of(record_of("%s", text, error=error))
    assert secret not in json.dumps(told)
    assert told["message"].count("[hidden]") == told["exception"].count("[hidden]") == 1


def test_an_address_without_a_password_stays():
    text = "http://127.0.0.1:8000/docs of a@b and postgresql://mod@db/console"
    assert fields_of(record_of(text))["message"] == text


def test_arguments_that_do_not_fit_their_message_lose_no_record():
    assert fields_of(record_of("%d of %d", "one"))["message"] == "%d of %d"
