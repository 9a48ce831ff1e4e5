"""Whatever a server tells of its times and counts, the line of the call can be read, and an
impossible time is not in it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import system_clock
from core.inference.base import CallMetadata
from core.inference.remote.backend import RemoteBackend
from core.inference.remote.call_metadata import summed
from core.inference.scorer import Scorer
from core.servinglog.lines import read_line
from core.servinglog.record import MAX_COUNT, Mode, RefusalRecord, ServingRecord, fits_in
from core.servinglog.writer import encode
from tests.contract.conftest import ABUSE, Open
from tests.contract.remote_server import SERVERS, ReceivedRequest, RemoteServer, ServerAnswer

TIMES = ("x-total-time", "x-queue-time", "x-tokenization-time", "x-inference-time")
PHASES = ("server_ms", "server_queue_ms", "queue_ms", "tokenize_ms", "compute_ms", "network_ms")
ODD = ("nan", "inf", "-inf", "-1", "1e400", "9" * 400, "", "x", "0x10", "1_0", " 2 ", "-0.0")


class _KeptLines:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, record: ServingRecord) -> None:
        self.lines.append(encode(record))

    def write_refusal(self, record: RefusalRecord) -> None:
        raise AssertionError(record)

    def close(self) -> None:
        """Nothing to close."""


def line_of(backend: RemoteBackend, texts: list[str]) -> dict[str, Any]:
    log = _KeptLines()
    Scorer(backend, log, system_clock()).score(texts, Mode.REALTIME)
    (line,) = log.lines
    return read_line(line)[1]


@pytest.fixture
def tei(server: RemoteServer, opened: Open) -> RemoteBackend:
    backend = opened("tei", batch_size=2)
    backend.load()
    return backend


def tells(server: RemoteServer, kind: str, headers: dict[str, str], **body: Any) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        told = SERVERS[kind](asked)
        content = told.body | body if body else told.body
        return ServerAnswer(content, headers=(told.headers or {}) | headers)

    server.override = answer


numbers = st.one_of(
    st.sampled_from(ODD),
    st.floats().map(str),
    st.integers(0, 10**12).map(str),
    st.integers(0, 50).map(str),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from([*TIMES, "x-compute-tokens", "x-request-id"]), numbers))
def test_line_of_a_call_can_be_read_whatever_headers_say(
    server: RemoteServer, tei: RemoteBackend, headers: dict[str, str]
) -> None:
    tells(server, "tei", headers)
    values = line_of(tei, [ABUSE, "fine", "good day"])
    for phase in PHASES:
        assert values[phase] is None or values[phase] >= 0
        assert values[phase] is None or fits_in(values[phase], values["total_ms"])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(st.integers(-1, 10**25), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    st.text(max_size=2_000),
)
def test_line_of_a_call_can_be_read_whatever_the_body_says(
    server: RemoteServer, opened: Open, tokens: object, name: str
) -> None:
    for kind in ("vllm", "infinity", "guard", "openai"):
        tells(server, kind, {}, usage={"total_tokens": tokens}, model=name, id=name)
        line_of(opened(kind), [ABUSE])


@pytest.mark.parametrize(
    ("header", "field"),
    [("x-total-time", "server_ms"), ("x-queue-time", "server_queue_ms"),
     ("x-tokenization-time", "tokenize_ms"), ("x-inference-time", "compute_ms")],
)  # fmt: skip
@pytest.mark.parametrize("value", ["500000000", "80000000", "86400001", "60000", "inf"])
def test_impossible_time_is_not_told_and_the_others_are(
    server: RemoteServer, tei: RemoteBackend, header: str, field: str, value: str
) -> None:
    tells(server, "tei", dict.fromkeys(TIMES, "1") | {header: value})
    values = line_of(tei, [ABUSE])
    assert values[field] is None
    told = {"server_ms", "server_queue_ms", "tokenize_ms", "compute_ms"} - {field}
    assert {values[other] for other in told} == {1.0}
    assert (values["network_ms"] is None) == (field == "server_ms")


@pytest.mark.parametrize("tokens", [10**11, 10**12, 2**31])
def test_impossible_count_is_not_told(
    server: RemoteServer, opened: Open, tokens: int, tmp_path: Path
) -> None:
    tells(server, "vllm", {}, usage={"total_tokens": tokens})
    assert line_of(opened("vllm"), [ABUSE])["tokens"] is None
    tells(server, "tei", {"x-compute-tokens": str(tokens)})
    assert line_of(opened("tei"), [ABUSE])["tokens"] is None


def test_counts_of_several_requests_stay_within_the_bound() -> None:
    assert summed([CallMetadata(1.0, tokens=MAX_COUNT), CallMetadata(1.0, tokens=1)]).tokens is None
    assert summed([CallMetadata(1.0), CallMetadata(1.0, tokens=1)]).tokens == 1
    assert summed([CallMetadata(1.0)]).tokens is None
