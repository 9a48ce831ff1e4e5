"""Every format is on the page about imports, with a line that is imported as the page says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.servinglog.importing.column_names import ALIASES
from core.servinglog.importing.detection import FORMAT_NAMES, PROMETHEUS, Choices
from core.servinglog.importing.importer import ImportRequest, plan_import
from core.servinglog.importing.ledger import ImportLedger
from core.servinglog.importing.prometheus import differences, read_snapshot
from tests.moving_clock import MovingClock

PAGE = (Path(__file__).parents[2] / "docs" / "serving_log_import.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^### [^\n]*\(`(\w+)`\)\n.*?\n```\n(.*?)```$", PAGE, re.M | re.S))


def test_each_format_has_an_example() -> None:
    assert set(EXAMPLES) == set(FORMAT_NAMES)


@pytest.mark.parametrize("name", [one for one in FORMAT_NAMES if one != PROMETHEUS])
def test_example_is_of_its_format_and_can_be_imported(name: str, tmp_path: Path) -> None:
    file = tmp_path / "example.log"
    file.write_text(EXAMPLES[name], encoding="utf-8")
    clock = MovingClock(datetime(2026, 11, 29, tzinfo=UTC)).clock
    plan = plan_import(ImportRequest(file, Choices(), zone="UTC"), ImportLedger(tmp_path), clock)
    assert plan.detected.format.name == name
    assert plan.problems == ()
    assert plan.survey.unusable == {}
    found = plan.survey.calls if plan.detected.format.has_latency else plan.survey.counted
    assert found == len(EXAMPLES[name].splitlines()) - (name == "table")


def test_example_of_a_snapshot_is_one() -> None:
    (found,) = differences({}, read_snapshot(EXAMPLES[PROMETHEUS].splitlines()))
    assert found.calls == 60


@pytest.mark.parametrize("what", list(ALIASES))
def test_each_column_is_named(what: str) -> None:
    assert re.search(rf"\b{what}\b", PAGE)
