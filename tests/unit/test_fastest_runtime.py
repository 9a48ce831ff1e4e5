"""The choice between measured runtimes: the fastest whose scores count as the reference's."""

import pytest

from core.inference.local.fastest import LocalRuntime, RuntimeSpeed, choose_fastest


def row(
    name: str, speed: float | None = None, largest: float = 0.0, problem: str | None = None
) -> RuntimeSpeed:
    runtime = LocalRuntime(*name.split())
    return RuntimeSpeed(runtime, speed, labels=160, flips=0, largest=largest, problem=problem)


FP32 = row("openvino fp32", 1.0)


@pytest.mark.parametrize(
    ("others", "taken"),
    [
        ([], "openvino fp32"),
        ([row("onnx int8", 1.38, 0.02)], "onnx int8"),
        ([row("onnx int8", 1.38, 0.02), row("openvino int8", 2.0, 0.02)], "openvino int8"),
        ([row("openvino int8", 0.7, 0.02)], "openvino fp32"),
        # A little faster is not enough for scores that are further away.
        ([row("onnx int8", 1.05, 0.02)], "openvino fp32"),
        ([row("onnx int8", 1.06, 0.02)], "onnx int8"),
        ([row("openvino int8", 2.0, 0.03), row("openvino bf16", 1.95, 0.006)], "openvino bf16"),
        ([row("openvino int8", 2.0, 0.03), row("openvino bf16", 1.80, 0.006)], "openvino int8"),
        ([row("openvino int8", 9.0, 0.4, "a score is 0.400 away")], "openvino fp32"),
        ([row("torch bf16", problem="it was stopped")], "openvino fp32"),
    ],
)
def test_the_fastest_within_the_gate_is_taken(others: list[RuntimeSpeed], taken: str) -> None:
    for table in ([FP32, *others], [*others, FP32]):
        found = choose_fastest(table)
        assert found is not None
        assert str(found.runtime) == taken


def test_the_order_of_the_table_decides_between_equals() -> None:
    other = row("onnx fp32", 1.02)
    for table in ([FP32, other], [other, FP32]):
        found = choose_fastest(table)
        assert found is not None
        assert found.runtime == table[0].runtime


@pytest.mark.parametrize(
    "table",
    [
        [],
        [row("openvino fp32", problem="it can't be opened")],
        [row("openvino int8", 3.0, problem="9 of 160 labels changed"), row("torch fp32")],
    ],
)
def test_nothing_is_taken_where_nothing_can_be_used(table: list[RuntimeSpeed]) -> None:
    assert choose_fastest(table) is None


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([FP32], "openvino fp32 is the fastest: its scores are the reference's"),
        (
            [FP32, row("onnx int8", 1.38, 0.0123)],
            "onnx int8 is the fastest: 0 of 160 labels changed, largest difference 0.012",
        ),
        (
            [row("openvino int8", 2.0, 0.03), row("openvino bf16", 1.95, 0.006)],
            "openvino bf16 is as fast as openvino int8, within 5%, and its scores are closer to "
            "the reference: 0 of 160 labels changed, largest difference 0.006",
        ),
    ],
)
def test_the_choice_says_why(table: list[RuntimeSpeed], reason: str) -> None:
    found = choose_fastest(table)
    assert found is not None
    assert found.reason == reason
