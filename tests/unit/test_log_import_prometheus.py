"""Two snapshots of Prometheus metrics: what was between them, with bounds and never a guess."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.main import main
from core.errors import InvalidInput
from core.servinglog.importing.prometheus import Bound, differences, is_bucket, read_snapshot

BOUNDS = (0.1, 0.25, 1.0)
BUCKET = 'request_duration_seconds_bucket{{route="/score",le="{}"}} {}'
SUM = 'request_duration_seconds_sum{{route="/score"}} {}'


def snapshot(counts: tuple[int, ...], spent: float | None = None) -> list[str]:
    """`counts` of each bucket by itself, the open one last."""
    lines = ["# HELP request_duration_seconds Time.", "# TYPE request_duration_seconds histogram"]
    total = 0
    for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True):
        total += count
        lines.append(BUCKET.format(bound, total))
    return [*lines, *([] if spent is None else [SUM.format(spent)]), "up 1", "odd line {"]


def test_difference_of_two() -> None:
    before, after = snapshot((40, 15, 0, 5), 7.5), snapshot((90, 25, 30, 15), 57.5)
    (found,) = differences(read_snapshot(before), read_snapshot(after))
    assert (found.name, found.labels) == ("request_duration_seconds", (("route", "/score"),))
    assert (found.calls, found.mean, found.unit) == (100, 0.5, "s")
    assert (found.p50, found.p95) == (Bound(0, 0.1), Bound(1, math.inf))
    assert found.rows == ((0.1, 50), (0.25, 10), (1.0, 30), (math.inf, 10))


def test_histogram_that_is_new_in_the_second_began_at_nothing() -> None:
    (found,) = differences({}, read_snapshot(snapshot((1, 0, 0, 0), 0.05)))
    assert (found.calls, found.mean) == (1, 0.05)


@given(
    st.lists(st.tuples(*[st.integers(0, 1000)] * 4), min_size=2, max_size=2),
    st.sampled_from([("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]),
)
def test_bounds_hold_the_percentile_of_the_calls_between(
    parts: list[tuple[int, int, int, int]], quantile: tuple[str, float]
) -> None:
    before, new = parts
    after = tuple(one + other for one, other in zip(before, new, strict=True))
    found = differences(read_snapshot(snapshot(before)), read_snapshot(snapshot(after)))
    if not sum(new):
        assert found == []
        return
    values = [
        value for value, count in zip((0.05, 0.2, 0.5, 9.0), new, strict=True) for _ in range(count)
    ]
    name, share = quantile
    exact = values[math.ceil(share * len(values)) - 1]
    bound = getattr(found[0], name)
    assert bound.lower < exact <= bound.upper
    assert found[0].mean is None


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (snapshot((9, 0, 0, 0)), snapshot((1, 0, 0, 0)), "counts less in the second"),
        (snapshot((1, 0, 0, 0)), snapshot((2, 0, 0, 0))[:-3], "no bucket \\+Inf|other buckets"),
        (['a_bucket{le="1"} 5'], ['a_bucket{le="1"} 6'], "no bucket \\+Inf"),
        (['a_bucket{le="1"} 5'], ['a_bucket{le="2"} 6'], "other buckets"),
        (
            ['a_bucket{le="1"} 5', 'a_bucket{le="+Inf"} 5'],
            ['a_bucket{le="1"} 9', 'a_bucket{le="+Inf"} 6'],
            "less than the one below it",
        ),
        (snapshot((1, 0, 0, 0), 5.0), snapshot((9, 0, 0, 0), 4.9), "has a lower sum in the second"),
    ],
    ids=["reset or turned", "cut", "no open bucket", "other buckets", "not cumulative", "sum"],
)
def test_snapshots_that_do_not_go_together(first: list[str], second: list[str], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        differences(read_snapshot(first), read_snapshot(second))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('a_seconds_bucket{le="-1"} 5', "line 1: a bucket's bound is below 0"),
        ('a_seconds_bucket{le="-Inf"} 5', "line 1: a bucket's bound is below 0"),
        ('a_seconds_bucket{le="1"} -5', "line 1: a bucket's count is below 0"),
        ('a_seconds_bucket{le="1"} +Inf', "line 1: a bucket's count is below 0 or infinite"),
        ("a_seconds_sum -0.5", "a_seconds has a sum that is below 0"),
        ("a_seconds_sum +Inf", "a_seconds has a sum that is below 0 or infinite"),
    ],
)
def test_amount_that_no_histogram_of_times_has_is_refused(line: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_snapshot([line, 'a_seconds_bucket{le="+Inf"} 5'])


def test_sums_and_counts_of_other_metrics_may_be_below_0() -> None:
    lines = ['a_seconds_bucket{le="+Inf"} 5', "other_sum -3", "other -5"]
    assert differences({}, read_snapshot(lines))[0].mean is None


@pytest.mark.parametrize("value", ["NaN", "many"])
def test_value_that_is_no_number_names_its_line(value: str) -> None:
    with pytest.raises(InvalidInput, match="line 2: a metric's value is"):
        read_snapshot(["# x", f'a_bucket{{le="1"}} {value}'])


@pytest.mark.parametrize(
    ("name", "unit"),
    [("a_seconds", "s"), ("a_ms", "ms"), ("a_milliseconds", "ms"), ("te_request_duration", "s"),
     ("te_request_input_length", None), ("a_latency", None)],
)  # fmt: skip
def test_unit_of_a_metric(name: str, unit: str | None) -> None:
    text = [f'{name}_bucket{{le="+Inf"}} 5']
    assert differences({}, read_snapshot(text))[0].unit == unit


def test_lines_of_other_kinds_are_no_buckets() -> None:
    assert not any(map(is_bucket, ["", "up 1", "# TYPE a histogram", 'a_bucket{x="le"} 1', "{"]))
    assert is_bucket('a_bucket{x="a \\"} b",le="1"} 5 1700000000000')


def test_command_prints_them_and_adds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    files = [tmp_path / "before.txt", tmp_path / "after.txt"]
    files[0].write_text("\n".join(snapshot((40, 15, 0, 5), 7.5)) + "\n")
    files[1].write_text("\n".join(snapshot((90, 25, 30, 15), 57.5)) + "\n")
    assert main(["logs", "import", *map(str, files)]) == 0
    printed = capsys.readouterr().out
    assert "request_duration_seconds (route=/score)\n  100 calls, mean 0.5 s" in printed
    assert "p50  between 0 s and 0.1 s" in printed
    assert "p95  over 1 s, and no bound above" in printed
    assert "Nothing was added" in printed
    assert not (tmp_path / "home").exists()
    assert main(["logs", "import", *map(str, reversed(files))]) == 2
    assert "the first must be the earlier one" in capsys.readouterr().err
    assert main(["logs", "import", str(files[0])]) == 2
    assert "Give two of the same server" in capsys.readouterr().err
