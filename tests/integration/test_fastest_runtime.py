"""`auto` takes the runtime that was measured as the fastest within the gate."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.runtime_speeds import TEXTS, sample_texts
from core.bootstrap.runtimes import fastest_runtime
from core.config import Settings
from core.inference.local import choice, measuring
from core.inference.local.fastest import LocalRuntime
from core.inference.manifest import SHIPPED_MODEL
from tests.integration import made_up_measuring
from tests.integration.made_up_measuring import ALL, LABELS, MadeUp, taken

# pytest finds a fixture by its name in this module.
all_installed = made_up_measuring.all_installed
settings = made_up_measuring.settings


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (MadeUp(), "openvino fp32"),
        (MadeUp({"onnx int8": [0.5], "openvino int8": [0.7]}), "onnx int8"),
        # The median of the rounds' ratios: one slow round of either counts little.
        (
            MadeUp({"openvino fp32": [1, 9, 1], "onnx int8": [0.5, 4.5, 8.0]}),
            "onnx int8",
        ),
        # Slow ones, the reference too, have fewer rounds.
        (
            MadeUp({"openvino fp32": [3.0], "openvino int8": [1, 1, 1], "onnx int8": [0.9, 2, 2]}),
            "openvino int8",
        ),
        # All labels crossed the hold threshold.
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": 0.9}), "openvino fp32"),
        # None did, but scores are too far away.
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": -0.01}), "openvino fp32"),
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": 0.105}), "onnx int8"),
        (MadeUp({"onnx int8": [0.1]}, problems={"onnx int8": "damaged"}), "openvino fp32"),
        # The reference is the first fp32 that runs.
        (MadeUp({"onnx int8": [0.1]}, problems={"openvino fp32": "damaged"}), "onnx int8"),
    ],
)
def test_the_fastest_within_the_gate_is_taken(
    settings: Settings, measure: MadeUp, expected: str
) -> None:
    assert taken(settings, measure) == expected
    assert measure.asked[-1] == ALL


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"backend": "onnx"}, ("onnx fp32", "onnx int8")),
        ({"backend": "openvino"}, ("openvino fp32", "openvino int8", "openvino bf16")),
        ({"backend": "torch"}, ("torch fp32", "torch bf16")),
        # The reference is measured too, and can't be taken.
        ({"precision": "int8"}, ("openvino fp32", "openvino int8", "onnx int8")),
        ({"precision": "fp32"}, ("openvino fp32", "onnx fp32", "torch fp32")),
    ],
)
def test_only_what_the_settings_leave_open_is_measured(
    settings: Settings, changes: dict[str, str], asked: tuple[str, ...]
) -> None:
    measure = MadeUp()
    found = taken(replace(settings, **changes), measure)
    assert measure.asked == [asked]
    assert found in asked
    if changes == {"precision": "int8"}:
        assert found == "openvino int8"


@pytest.mark.parametrize(
    "changes",
    [
        {"backend": "onnx", "precision": "fp32"},
        {"backend": "fake"},
        {"backend": "my-service"},
        {"model": "some/model"},
        {"backend": "transformers", "model": "some/model"},
    ],
)
def test_where_nothing_is_open_nothing_is_measured(
    settings: Settings, changes: dict[str, str]
) -> None:
    measure = MadeUp()
    assert fastest_runtime(replace(settings, **changes), measure=measure) is None
    assert measure.asked == []


def test_without_a_home_the_features_decide_and_none_is_made(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = replace(settings, home=settings.home / "away")
    measure = MadeUp()
    with caplog.at_level(logging.WARNING):
        assert fastest_runtime(away, measure=measure) is None
    assert "chosen by the processor's features: there is no folder" in caplog.text
    assert measure.asked == []
    assert not away.home.exists()


def test_a_home_that_is_a_file_leaves_it_to_the_features(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.home / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        away = replace(settings, home=settings.home / "file")
        assert fastest_runtime(away, measure=MadeUp()) is None
    assert "can't be written" in caplog.text


def test_if_nothing_could_be_measured_the_features_decide_and_that_is_remembered(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    measure = MadeUp(problems=dict.fromkeys(ALL, "it crashed"))
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert fastest_runtime(settings, measure=measure) is None
        assert "openvino fp32: it crashed" in caplog.text
        assert f"delete {settings.runtimes_path} to measure again" in caplog.text
    assert len(measure.asked) == 1


def test_a_runtime_that_a_complete_installation_has_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None if name == "openvino" else name)
    measure = MadeUp()
    with caplog.at_level(logging.WARNING):
        assert taken(settings, measure) == "onnx fp32"
    assert "Not measured: openvino, which needs openvino" in caplog.text
    assert measure.asked == [ALL[3:]]


def test_with_a_gpu_torch_is_measured_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.bootstrap.runtimes.describe_machine", lambda: {"gpu": True, "flags": []}
    )
    measure = MadeUp({"torch fp32": [0.1], "torch bf16": [0.05]})
    assert taken(settings, measure) == "torch bf16"
    assert measure.asked[0][:2] == ("torch fp32", "torch bf16")


def test_the_texts_are_short_and_long_and_the_same_each_time() -> None:
    texts = sample_texts()
    assert texts == sample_texts()
    assert len(set(texts)) == TEXTS
    assert len(texts[0]) < 20
    assert len(texts[-1]) > 400


def test_this_machine_is_measured_in_a_process_of_its_own() -> None:
    """Only that it works is tested: how fast which one is depends on the machine."""
    runtimes = [LocalRuntime("onnx", "fp32"), LocalRuntime("onnx", "int8")]
    fp32, int8 = measuring.measure_in_child(SHIPPED_MODEL, runtimes, sample_texts()[:4])
    assert fp32.scores is not None
    assert fp32.problem is None
    assert 1 <= len(fp32.pass_s) <= measuring.ROUNDS
    assert (len(fp32.scores), len(fp32.scores[0])) == (4, LABELS)
    # Where int8 is far slower, it is stopped.
    assert int8.problem is None or "stopped" in int8.problem


def test_a_model_that_can_not_be_opened_is_told(tmp_path: Path) -> None:
    (run,) = measuring.measure_in_child(tmp_path, [LocalRuntime("onnx", "fp32")], ["a"])
    assert run.problem is not None
    assert "manifest.json" in run.problem
