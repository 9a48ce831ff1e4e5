"""Each format's lines, and what is read from them."""

import pytest

from core.servinglog.importing.calls import FoundCall, LogFormat, UnusableLine, kind_of_status
from core.servinglog.importing.formats.kserve import KSERVE
from core.servinglog.importing.formats.otlp import OTLP
from core.servinglog.importing.formats.tei import TEI
from core.servinglog.importing.formats.torchserve import TORCHSERVE
from tests.log_import_lines import APACHE, COMBINED, KSERVE_STEPS, LINES, NGINX, SPAN, STARTED


@pytest.mark.parametrize(
    ("log_format", "line", "expected"), [row[1:] for row in LINES], ids=[row[0] for row in LINES]
)
def test_line(log_format: LogFormat, line: str, expected: dict[str, object] | None) -> None:
    found = log_format.parse(line)
    if expected is None:
        assert found == () or found == []
        return
    (call,) = found
    assert {name: getattr(call, name) for name in expected} == expected


UNUSABLE = [
    ("duration below 0", NGINX, f'{COMBINED} 200 98 "-" "curl" -0.118', "another form"),
    ("whole number among decimals", NGINX, f'{COMBINED} 200 98 "-" "curl" 118', "another form"),
    ("below 0", APACHE, f'{COMBINED} 200 98 "-" "curl" -5', "below 0"),
    ("not a number", APACHE, f'{COMBINED} 200 98 "-" "curl" nan', "not a finite"),
    (
        "infinite",
        KSERVE,
        "requestId: 1, preprocess_ms: inf, explain_ms: 0, predict_ms: 1, postprocess_ms: 0",
        "not a finite",
    ),
    ("no time", KSERVE, f"requestId: 1, {KSERVE_STEPS}", "no time"),
    (
        "two days",
        TORCHSERVE,
        '2026-11-01T12:00:03,976 - /10.0.0.9:6 "POST /p HTTP/1.1" 200 172800000',
        "longer than a day",
    ),
    (
        "no such date",
        NGINX,
        '1.2.3.4 - - [31/Feb/2026:12:00:04 +0000] "GET / HTTP/1.1" 200 0 "-" "-" 0.002',
        "not a time",
    ),
    ("cut", TEI, '{"timestamp":"2026-11-01T12:00:00Z","level":"IN', "cut off"),
    (
        "rust without a unit",
        TEI,
        '{"timestamp":"2026-11-01T12:00:00Z","message":"Success","span":{"total_time":"12"}}',
        "with a unit",
    ),
    ("ends before it starts", OTLP, SPAN % (2, STARTED, STARTED - 1, "", 0), "below 0"),
    ("never started", OTLP, SPAN % (2, 0, STARTED, "", 0), "no time"),
]


@pytest.mark.parametrize(
    ("log_format", "line", "why"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE]
)
def test_line_about_a_call_that_cannot_be_used(log_format: LogFormat, line: str, why: str) -> None:
    with pytest.raises(UnusableLine, match=why):
        raise next(one for one in log_format.parse(line) if isinstance(one, UnusableLine))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (204, None),
        (307, "redirect"),
        (400, "bad_input"),
        (401, "auth"),
        (402, "quota"),
        (404, "not_found"),
        (408, "timeout"),
        (413, "too_large"),
        (422, "bad_input"),
        (429, "rate_limited"),
        (500, "backend"),
        (503, "backend"),
        (504, "timeout"),
    ],
)
def test_status(status: int, kind: str | None) -> None:
    assert kind_of_status(status) == kind


def test_what_a_line_does_not_tell_is_none() -> None:
    unknown = FoundCall(at=None, total_ms=None)
    phases = (unknown.queue_ms, unknown.tokenize_ms, unknown.compute_ms, unknown.network_ms)
    assert phases == (None,) * 4
