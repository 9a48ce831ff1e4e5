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

TEXTS = [f"comment {number}" for number in range(12)]
FP32, INT8, TORCH = (
    LocalRuntime("openvino", "fp32"),
    LocalRuntime("onnx", "int8"),
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


def measured(watch: Stopwatch, backends: dict[LocalRuntime, Backend]) -> list[RuntimeFact]:
    return list(measure_runtimes(list(backends), backends.__getitem__, TEXTS, watch.now_s))


def test_every_round_times_each_runtime_once() -> None:
    watch = Stopwatch()
    found = measured(watch, {FP32: TimedBackend(watch, 0.01), INT8: TimedBackend(watch, 0.005)})
    assert [fact.runtime for fact in found] == [FP32, INT8] * (1 + measuring.ROUNDS)
    labels = FakeBackend().info.labels
    for fact, backend in zip(found[:2], (0.01, 0.005), strict=True):
        assert fact.scores is not None
        assert (len(fact.scores), len(fact.scores[0])) == (len(TEXTS), len(labels))
        times = [each.pass_s for each in found[2:] if each.runtime == fact.runtime]
        assert times == pytest.approx([12 * backend] * measuring.ROUNDS)


def test_a_runtime_that_is_far_slower_is_stopped_in_its_first_pass() -> None:
    watch = Stopwatch()
    slow = TimedBackend(watch, 0.2)
    found = measured(watch, {FP32: TimedBackend(watch, 0.01), TORCH: slow})
    assert [each for each in found if each.runtime == TORCH] == [
        RuntimeFact(TORCH, problem="stopped: over 3 times slower")
    ]
    # The call before the first pass, and one call of it.
    assert slow.scored == 1 + 4


def test_one_that_is_behind_is_in_the_first_round_alone_unless_all_are_compared_to_it() -> None:
    watch = Stopwatch()
    backends = {
        FP32: TimedBackend(watch, 0.022),
        INT8: TimedBackend(watch, 0.01),
        TORCH: TimedBackend(watch, 0.021),
    }
    passes = [each.runtime for each in measured(watch, backends) if each.pass_s is not None]
    assert passes == [FP32, INT8, TORCH] + [FP32, INT8] * (measuring.ROUNDS - 1)


def test_one_that_is_not_so_slow_is_measured_to_the_end() -> None:
    watch = Stopwatch()
    slower = TimedBackend(watch, 0.029)
    found = measured(watch, {FP32: TimedBackend(watch, 0.01), TORCH: slower})
    assert all(each.problem is None for each in found)


@pytest.mark.parametrize(
    ("kind", "problem"), [(BrokenBackend, "the file is damaged"), (MuteBackend, "bad score")]
)
def test_one_that_fails_is_reported_and_the_others_are_measured(
    kind: type[TimedBackend], problem: str
) -> None:
    watch = Stopwatch()
    found = measured(watch, {FP32: kind(watch, 0.01), INT8: TimedBackend(watch, 0.01)})
    assert found[0] == RuntimeFact(FP32, problem=problem)
    assert [each.runtime for each in found[1:]] == [INT8] * (1 + measuring.ROUNDS)


def test_when_it_takes_long_torch_is_left_out_and_fewer_rounds_are_made() -> None:
    watch = Stopwatch()
    found = measured(
        watch,
        {
            FP32: TimedBackend(watch, 0.01, open_s=measuring.ROUNDS_WITHIN_S),
            INT8: TimedBackend(watch, 0.01),
            TORCH: TimedBackend(watch, 0.01),
        },
    )
    assert found[2] == RuntimeFact(TORCH, problem="there was no time left to import it")
    assert [(each.runtime, each.pass_s) for each in found[3:]] == [
        (FP32, pytest.approx(0.12)),
        (INT8, pytest.approx(0.12)),
    ] * measuring.FEWEST_ROUNDS


def test_torch_alone_is_measured_however_long_its_import_takes() -> None:
    watch = Stopwatch()
    torch = TimedBackend(watch, 0.01, open_s=60.0)
    found = measured(
        watch, {LocalRuntime("torch", "fp32"): torch, TORCH: TimedBackend(watch, 0.01)}
    )
    assert all(each.problem is None for each in found)


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
