"""Whatever a log tells of a call, its record can be read, and its id is the same each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.servinglog.importing.calls import FoundCall, LogFormat, UnusableLine
from core.servinglog.importing.records import Dated, Dating, RecordMaker
from core.servinglog.lines import read_line
from core.servinglog.record import MAX_COUNT, MAX_MS, fits_in
from core.servinglog.writer import encode

LATEST = datetime(2050, 1, 1, tzinfo=UTC)
PHASES = ("queue_ms", "tokenize_ms", "compute_ms", "network_ms")
ANY = LogFormat("any", "any", lambda _: (), "ms")
texts = st.one_of(st.none(), st.text(max_size=300))
durations = st.one_of(st.none(), st.floats(0, MAX_MS))
counts = st.integers(0, MAX_COUNT)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
calls = st.builds(
    FoundCall,
    at=moments,
    total_ms=st.floats(0, MAX_MS),
    is_end=st.booleans(),
    error_kind=st.sampled_from([None, "backend", "timeout"]),
    queue_ms=durations,
    tokenize_ms=durations,
    compute_ms=durations,
    network_ms=durations,
    tokens=st.one_of(st.none(), counts),
    batch_size=st.integers(1, MAX_COUNT),
    chars=counts,
    request_id=texts,
    trace_id=texts,
    model_version=texts,
    backend=texts,
    own_id=texts,
)


def dated(call: FoundCall) -> Dated:
    return Dating(None, LATEST).date(call)


def without_long_phases(call: FoundCall) -> FoundCall:
    """The call without the phases that it can't have had."""
    assert call.total_ms is not None
    told = {name: getattr(call, name) for name in PHASES}
    return replace(
        call,
        **{
            name: None
            for name, ms in told.items()
            if ms is not None and not fits_in(ms, call.total_ms)
        },
    )


@given(calls)
def test_phase_longer_than_its_call_is_refused(call: FoundCall) -> None:
    if without_long_phases(call) == call:
        dated(call)
        return
    with pytest.raises(UnusableLine, match="_ms is longer than the call"):
        dated(call)


@given(
    calls.map(without_long_phases),
    st.one_of(st.text(), st.dictionaries(st.text(), st.one_of(texts, moments))),
)
def test_record_can_be_read(call: FoundCall, content: str | dict[str, object]) -> None:
    maker = RecordMaker(ANY, None)
    record_id = maker.identify(dated(call), content, 0)
    assert record_id is not None
    record = maker.make(dated(call), record_id)
    _, values = read_line(encode(record).rstrip())
    assert values["total_ms"] == call.total_ms
    assert values["mode"] == "import"
    assert {name: values[name] for name in ("queue_ms", "tokens")} == {
        "queue_ms": call.queue_ms,
        "tokens": call.tokens,
    }


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=12))
def test_ids_of_the_same_lines_are_the_same_wherever_a_file_begins(
    lines: list[tuple[int, str]],
) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    in_order = sorted(lines)

    def ids(chosen: list[tuple[int, str]]) -> list[str | None]:
        maker = RecordMaker(ANY, None)
        return [
            maker.identify(
                dated(FoundCall(at=start + timedelta(seconds=at), total_ms=1.0)), f"{at} {text}", 0
            )
            for at, text in chosen
        ]

    whole = ids(in_order)
    assert len(set(whole)) == len(whole)
    for second in range(4):  # as logs are rotated: between two times
        rest = [one for one in in_order if one[0] >= second]
        assert ids(rest) == whole[len(whole) - len(rest) :]
