"""Grouping texts into batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.batching.padding import padded
from core.inference.local.schedule import one_by_one, plan_batches

LENGTHS = st.lists(st.integers(min_value=1, max_value=256), max_size=120)


@given(lengths=LENGTHS, lanes=st.integers(1, 8), budget=st.integers(1, 4096))
def test_every_text_runs_once_and_no_batch_is_too_wide(
    lengths: list[int], lanes: int, budget: int
) -> None:
    plan = plan_batches(lengths, lanes=lanes, token_budget=budget)
    assert sorted(index for batch in plan for index in batch) == list(range(len(lengths)))
    for batch in plan:
        width = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * width <= budget


@given(lengths=LENGTHS)
def test_the_longest_runs_first(lengths: list[int]) -> None:
    for plan in (plan_batches(lengths, lanes=2, token_budget=512), one_by_one(lengths)):
        order = [lengths[index] for batch in plan for index in batch]
        assert order == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("lengths", "lanes", "batches"),
    [
        ([], 2, 0),
        ([40], 2, 1),
        ([40] * 16, 1, 1),
        ([40] * 16, 2, 2),
        ([40] * 16, 4, 4),
        ([40] * 100, 1, 2),
    ],
    ids=["nothing", "one", "one lane", "a half for each", "a quarter for each", "over the budget"],
)
def test_a_small_call_is_shared_by_the_lanes(lengths: list[int], lanes: int, batches: int) -> None:
    assert len(plan_batches(lengths, lanes=lanes, token_budget=2048)) == batches


def test_padding_reaches_the_longest_row_only() -> None:
    tokens, mask = padded([[7, 8, 9], [7]], pad_id=5)
    assert tokens.tolist() == [[7, 8, 9], [7, 5, 5]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_padding_to_a_given_width() -> None:
    tokens, mask = padded([[7, 8, 9]], pad_id=0, width=4)
    assert tokens.tolist() == [[7, 8, 9, 0]]
    assert mask.tolist() == [[1, 1, 1, 0]]
