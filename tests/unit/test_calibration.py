"""The calibration file, and its comparison with the present models and policy."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import StoreError
from core.inference.cascade.calibration import (
    Calibration,
    objection,
    read_calibration,
    write_calibration,
)
from core.moderation.scores import Label

SHOWN = Calibration(
    full_version="full-1",
    first_version="first-1",
    policy_version=3,
    edges={Label.TOXICITY: 0.71, Label.THREAT: 0.2},
    pass_below=0.123456789,
    comments=20_000,
    flagged=400,
    missed=1,
    bound=0.0118,
    share_cleared=0.6,
    data="stored comments",
    made_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
)


def held_against(calibration: Calibration, **changes: Any) -> str | None:
    parts: dict[str, Any] = {
        "full_version": "full-1",
        "first_version": "first-1",
        "edges": dict(SHOWN.edges),
        "promise": 0.02,
    }
    return objection(calibration, **(parts | changes))


def test_nothing_to_object_to_when_all_parts_are_those_it_was_shown_for() -> None:
    assert held_against(SHOWN) is None
    assert held_against(SHOWN, promise=SHOWN.bound) is None
    assert held_against(replace(SHOWN, policy_version=9)) is None  # the same edges


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"full_version": "full-2"}, "calibrated for model full-1, not full-2"),
        ({"first_version": "first-2"}, "first stage first-1, not first-2"),
        ({"edges": {Label.TOXICITY: 0.7, Label.THREAT: 0.2}}, "policy 3, .* other edges"),
        ({"edges": {}}, "other edges"),
        ({"promise": 0.01}, r"1\.18%, above 1\.00%"),
    ],
)
def test_any_other_part_is_an_objection(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(held_against(SHOWN, **changes))


def test_it_comes_back_whole_and_a_new_one_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cascade.json"
    assert read_calibration(path) is None
    write_calibration(path, SHOWN)
    assert read_calibration(path) == SHOWN
    other = replace(SHOWN, missed=0)
    write_calibration(path, other)
    assert read_calibration(path) == other
    assert [each.name for each in path.parent.iterdir()] == ["cascade.json"]


def test_failed_write_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "cascade.json"
    write_calibration(path, SHOWN)
    path.with_suffix(".new").mkdir()
    with pytest.raises(StoreError, match="could not be written"):
        write_calibration(path, replace(SHOWN, missed=0))
    assert read_calibration(path) == SHOWN


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"edges": {"rude": 0.5}}',
        json.dumps({"edges": {}, "made_at": "yesterday"}),
        json.dumps({"edges": {}, "made_at": "2026-11-01T12:00:00+00:00"}),
    ],
)
def test_file_that_is_no_calibration_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cascade.json"
    path.write_text(content)
    with pytest.raises(StoreError, match=r"cascade\.json is not a calibration"):
        read_calibration(path)


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be read"):
        read_calibration(tmp_path)
