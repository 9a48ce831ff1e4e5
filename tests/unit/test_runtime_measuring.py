"""Measuring runtimes, with a clock that only the backends move."""

import json
import signal
from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.errors import ModelNotUsable
from core.inference.base import Backend, BatchResult, TextResult
from core.inference.fake import FakeBackend
from core.inference.local import measuring
from core.inference.local.fastest import LocalRuntime
from core.inference.local.measuring import RuntimeFact, gather, measure_runtimes

TEXTS = [f"comment {number}" for number in range(48)]
FP32, INT8, BF16, TORCH = (
    LocalRuntime("openvino", "fp32"),
    LocalRuntime("onnx", "int8"),
    LocalRuntime("openvino", "bf16"),
    LocalRuntime("torch", "bf16"),
)


class Stopwatch:
    """A clock that stands still unless something moves it."""

    def __init__(self) -> None:
        self.time_s = 0.0

    def now_s(self) -> float:
        return self.time_s


class TimedBackend(FakeBackend):
    """Takes so many seconds to open and for each text."""

    def __init__(self, watch: Stopwatch, text_s: float, open_s: float = 0.0) -> None:
        super().__init__()
        self.watch, self.text_s, self.open_s = watch, text_s, open_s
        self.scored = 0

    def load(self) -> None:
        self.watch.time_s += self.open_s

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.watch.time_s += self.text_s * len(texts)
        self.scored += len(texts)
        return super().score(texts)


class BrokenBackend(TimedBackend):
    def load(self) -> None:
        raise ModelNotUsable("the file is damaged")


class MuteBackend(TimedBackend):
    def score(self, texts: Sequence[str]) -> BatchResult:
        given = super().score(texts)
        return replace(given, results=tuple(TextResult(error="bad score") for _ in texts))


class TiredBackend(MuteBackend):
    """Fails when it gets all texts at once."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        if len(texts) == len(TEXTS):
            return super().score(texts)
        return TimedBackend.score(self, texts)


def measured(watch: Stopwatch, backends: dict[LocalRuntime, Backend]) -> list[RuntimeFact]:
    return list(measure_runtimes(list(backends), backends.__getitem__, TEXTS, watch.now_s))


def test_every_round_times_each_runtime_once_and_the_first_takes_the_scores() -> None:
    watch = Stopwatch()
    found = measured(watch, {FP32: TimedBackend(watch, 0.01), INT8: TimedBackend(watch, 0.006)})
    assert [fact.runtime for fact in found] == [FP32, INT8] * measuring.ROUNDS
    for number, fact in enumerate(found):
        text_s = 0.01 if fact.runtime == FP32 else 0.006
        assert fact.pass_s == pytest.approx(len(TEXTS) * text_s)
        assert (fact.scores is not None) == (number < 2)
    labels = FakeBackend().info.labels
    assert [len(row) for row in found[0].scores or ()] == [len(labels)] * len(TEXTS)


def test_a_runtime_that_is_far_slower_is_stopped_before_the_rounds() -> None:
    watch = Stopwatch()
    slow = TimedBackend(watch, 0.2)
    found = measured(watch, {FP32: TimedBackend(watch, 0.01), BF16: slow})
    assert [each for each in found if each.runtime == BF16] == [
        RuntimeFact(BF16, problem="stopped: over 2.5 times slower")
    ]
    # The call before it is timed, and one call that is.
    assert slow.scored == 1 + 4


def test_one_that_is_behind_is_in_the_first_round_alone() -> None:
    watch = Stopwatch()
    backends = {
        FP32: TimedBackend(watch, 0.0021),
        INT8: TimedBackend(watch, 0.001),
        BF16: TimedBackend(watch, 0.0019),
    }
    passes = [each.runtime for each in measured(watch, backends) if each.pass_s is not None]
    assert passes == [FP32, INT8, BF16] + [INT8, BF16] * (measuring.ROUNDS - 1)


@pytest.mark.parametrize(
    ("kind", "problem"), [(BrokenBackend, "the file is damaged"), (MuteBackend, "bad score")]
)
def test_one_that_fails_is_reported_and_the_others_are_measured(
    kind: type[TimedBackend], problem: str
) -> None:
    watch = Stopwatch()
    found = measured(watch, {FP32: kind(watch, 0.01), INT8: TimedBackend(watch, 0.01)})
    assert found[0] == RuntimeFact(FP32, problem=problem)
    assert [each.runtime for each in found[1:]] == [INT8] * measuring.ROUNDS


def test_one_that_fails_in_a_round_is_in_no_further_one() -> None:
    watch = Stopwatch()
    found = measured(watch, {FP32: TiredBackend(watch, 0.01), INT8: TimedBackend(watch, 0.01)})
    assert [each for each in found if each.runtime == FP32] == [
        RuntimeFact(FP32, problem="bad score")
    ]
    assert [each.runtime for each in found[1:]] == [INT8] * measuring.ROUNDS


def test_when_opening_took_long_fewer_rounds_are_made() -> None:
    watch = Stopwatch()
    slow = TimedBackend(watch, 0.01, open_s=measuring.ROUNDS_WITHIN_S)
    found = measured(watch, {FP32: slow, INT8: TimedBackend(watch, 0.01)})
    assert [each.runtime for each in found] == [FP32, INT8] * measuring.FEWEST_ROUNDS


@pytest.mark.parametrize("opens_first", [True, False])
def test_torch_is_left_out_where_another_was_opened_before_it(opens_first: bool) -> None:
    watch = Stopwatch()
    torch = TimedBackend(watch, 0.001, open_s=60.0)
    other = TimedBackend(watch, 0.001) if opens_first else BrokenBackend(watch, 0.001)
    found = measured(watch, {FP32: other, TORCH: torch})
    if opens_first:
        assert found[0].problem == "not tried: it is slow to import, and has no GPU"
    assert (torch.scored == 0) is opens_first


def test_torch_is_measured_where_it_comes_first_and_so_are_the_others() -> None:
    watch = Stopwatch()
    backends = {
        LocalRuntime("torch", "fp32"): TimedBackend(watch, 0.001),
        TORCH: TimedBackend(watch, 0.001),
        FP32: TimedBackend(watch, 0.001),
    }
    found = measured(watch, backends)
    assert [each.runtime for each in found] == list(backends) * measuring.ROUNDS


def test_facts_are_gathered_by_runtime_and_what_is_missing_is_explained() -> None:
    facts = [
        RuntimeFact(FP32, scores=[[0.1]]),
        None,
        RuntimeFact(LocalRuntime("made", "up"), pass_s=1.0),
        RuntimeFact(INT8, scores=[[0.2]]),
        RuntimeFact(FP32, pass_s=0.5),
    ]
    fp32, int8, torch = gather([FP32, INT8, TORCH], facts, "it ended with -4")
    assert (fp32.scores, fp32.pass_s, fp32.problem) == ([[0.1]], [0.5], None)
    assert (int8.scores, int8.pass_s, int8.problem) == ([[0.2]], [], "it ended with -4")
    assert (torch.scores, torch.problem) == (None, "it ended with -4")


def test_a_child_that_crashes_leaves_what_it_printed(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"runtime": {"backend": "openvino", "precision": "fp32"}, "pass_s": 0.5})
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\necho '{line}'\necho half a li\nkill -ILL $$\n")
    script.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(script))
    fp32, int8 = measuring.measure_in_child(tmp_path, [FP32, INT8], TEXTS)
    assert (fp32.pass_s, fp32.problem) == ([0.5], None)
    assert int8.problem == f"the process that measures ended with {-signal.SIGILL}"


def test_a_child_that_does_not_start_is_a_problem(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nowhere"))
    (fp32,) = measuring.measure_in_child(tmp_path, [FP32], TEXTS)
    assert fp32.problem == "the process that measures did not start: No such file or directory"


def test_a_child_that_hangs_is_killed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexec sleep 1000\n")
    script.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(script))
    monkeypatch.setattr(measuring, "ENDED_WITHIN_S", 0.2)
    (fp32,) = measuring.measure_in_child(tmp_path, [FP32], TEXTS)
    assert fp32.problem is not None
    assert "did not end" in fp32.problem
