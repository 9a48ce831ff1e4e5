"""The phases of one call: what was told, what wasn't, and that they add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.servinglog.phases import Phase, phases, unknown_phases
from core.servinglog.record import ServingRecord
from dashboard.latency.waterfall import PHASE_COLORS, call_lines, waterfall_rows
from tests.servinglog_records import record


def times(call: ServingRecord) -> dict[Phase, float]:
    return {one.phase: one.ms for one in phases(call)}


def test_a_server_that_tells_all() -> None:
    call = record(
        location="remote",
        total_ms=50.0,
        queue_ms=12.0,
        server_queue_ms=8.0,
        server_ms=30.0,
        tokenize_ms=1.0,
        compute_ms=20.0,
        network_ms=14.0,
        wait_ms=1.5,
    )
    assert times(call) == {
        Phase.CLIENT_QUEUE: 5.5,
        Phase.NETWORK: 14.0,
        Phase.SERVER_QUEUE: 8.0,
        Phase.TOKENIZE: 1.0,
        Phase.COMPUTE: 20.0,
        Phase.SERVER: 1.0,
        Phase.OTHER: pytest.approx(0.5),
    }
    assert unknown_phases(call) == ()


def test_a_server_that_tells_only_its_total() -> None:
    call = record(location="remote", total_ms=120.0, server_ms=90.0, network_ms=30.0)
    assert times(call) == {Phase.NETWORK: 30.0, Phase.SERVER: 90.0}
    assert unknown_phases(call) == (Phase.SERVER_QUEUE, Phase.TOKENIZE, Phase.COMPUTE)


def test_a_server_that_tells_nothing() -> None:
    call = record(location="remote", total_ms=120.0)
    assert times(call) == {Phase.NOT_TOLD: 120.0}
    assert Phase.NETWORK in unknown_phases(call)


def test_a_call_in_this_process_has_no_network() -> None:
    call = record(total_ms=10.0, queue_ms=2.0, tokenize_ms=1.0, compute_ms=6.0)
    assert times(call) == {
        Phase.CLIENT_QUEUE: 2.0,
        Phase.TOKENIZE: 1.0,
        Phase.COMPUTE: 6.0,
        Phase.OTHER: 1.0,
    }
    assert unknown_phases(record(total_ms=10.0)) == (Phase.TOKENIZE, Phase.COMPUTE)


def test_a_queue_of_older_records_is_not_said_to_be_here() -> None:
    call = record(location="remote", total_ms=50.0, queue_ms=12.0, network_ms=14.0)
    assert times(call) == {Phase.QUEUE: 12.0, Phase.NETWORK: 14.0, Phase.OTHER: 24.0}


maybe_ms = st.none() | st.floats(0, 100)
NAMES = ("queue_ms", "tokenize_ms", "compute_ms", "network_ms", "server_ms", "wait_ms")


@given(
    st.sampled_from(["remote", "in_process"]),
    st.fixed_dictionaries(
        dict.fromkeys(
            ("queue_ms", "tokenize_ms", "compute_ms", "network_ms", "server_ms", "wait_ms"),
            maybe_ms,
        )
    ),
    st.floats(0, 1000),
)
def test_phases_add_up_to_the_call_or_to_more(
    location: str, given_ms: dict[str, float | None], total_ms: float
) -> None:
    found = times(record(location=location, total_ms=total_ms, **given_ms))
    assert all(ms > 0 for ms in found.values())
    whole = sum(found.values())
    assert whole >= total_ms - 1e-6
    told = sum(given_ms[name] or 0 for name in given_ms if name != "server_ms")
    if told + (given_ms["server_ms"] or 0) <= total_ms:
        assert whole == pytest.approx(total_ms)


def test_every_phase_has_a_colour_of_its_own() -> None:
    assert list(PHASE_COLORS) == list(Phase)
    assert len(set(PHASE_COLORS.values())) == len(Phase)


def test_waterfall_of_a_fallback_begins_where_the_first_call_ended() -> None:
    failed = record(
        "a", 0.0, location="remote", backend="gpu", total_ms=800.0, error_kind="timeout"
    )
    answered = record("b", 0.803, total_ms=4.0, tokenize_ms=1.0, compute_ms=3.0)
    rows = waterfall_rows([failed, answered])
    assert list(rows["row"]) == [
        "1: network and server, not told apart",
        "2: tokenize",
        "2: compute",
    ]
    assert list(rows["from_ms"]) == [0, 803, 804]
    first, second = call_lines([failed, answered])
    assert first.startswith("1: gpu · realtime, version v1, 1 comment: failed (timeout) in 800 ms")
    assert "not known: network, server queue, tokenize, compute" in first
    assert second == "2: onnx · realtime, version v1, 1 comment: answered in 4.0 ms."


def test_waterfall_of_one_call_has_no_numbers_and_one_of_many_is_cut() -> None:
    assert list(waterfall_rows([record()])["row"]) == ["other"]
    many = [record(f"r{n}", n) for n in range(12)]
    assert waterfall_rows(many)["row"].iloc[-1] == "8: other"
    assert call_lines(many)[-1] == "and 4 more calls."
