"""The split into training, validation and test rows."""

import pytest

from core.training.data.datasets import Example
from core.training.data.split import side_of, split_examples, take_rows

NONE = (None,) * 5
SIDES = {
    "group 0": "train",
    "group 1": "test",
    "group 2": "train",
    "group 11": "val",
    "group 13": "test",
    "group 25": "val",
}


def example(text: str, *keys: str) -> Example:
    return Example(text, NONE, keys, "set")


def sides(examples: list[Example]) -> dict[str, set[str]]:
    split = split_examples(examples)
    return {
        "train": {e.text for e in split.train},
        "val": {e.text for e in split.val},
        "test": {e.text for e in split.test},
    }


def test_every_row_is_on_exactly_one_side() -> None:
    examples = [example(f"text {n}", f"key {n}") for n in range(500)]
    found = sides(examples)
    assert sum(map(len, found.values())) == 500
    assert set.union(*found.values()) == {e.text for e in examples}


def test_sides_have_about_their_shares() -> None:
    found = sides([example(f"text {n}", f"key {n}") for n in range(5000)])
    assert len(found["train"]) == pytest.approx(4000, abs=120)
    assert len(found["val"]) == pytest.approx(500, abs=90)
    assert len(found["test"]) == pytest.approx(500, abs=90)


def test_rows_of_one_key_stay_together() -> None:
    examples = [example(f"{key} {copy}", f"key {key}") for key in range(100) for copy in range(3)]
    for texts in sides(examples).values():
        assert len(texts) % 3 == 0


def test_rows_joined_through_a_third_stay_together() -> None:
    chain = [
        example(f"{n} {link}", f"{n}-{link}", f"{n}-{link + 1}")
        for n in range(60)
        for link in range(4)
    ]
    for texts in sides(chain).values():
        assert len(texts) % 4 == 0


def test_order_of_the_rows_does_not_move_them() -> None:
    examples = [example(f"text {n}", f"key {n // 2}", f"pair {n // 3}") for n in range(300)]
    assert sides(examples) == sides(examples[::-1])


def test_side_of_a_group_never_changes() -> None:
    assert {name: side_of(name) for name in SIDES} == SIDES


def test_a_limit_takes_the_same_rows_whatever_their_order() -> None:
    examples = [example(f"text {n}", f"key {n}") for n in range(50)]
    assert take_rows(examples, 7) == take_rows(examples[::-1], 7)
    assert take_rows(examples, None) == examples
    assert len(take_rows(examples, 99)) == 50
