"""The reasons in docs/mutants/reasons.toml are about lines that still exist."""

import tomllib
from pathlib import Path

import pytest

from docs import mutation
from docs.mutation import (
    ROOT,
    SurvivalReason,
    Survivor,
    function_of,
    importing_tests,
    is_in_code,
    read_reasons,
    read_run,
    reason_of,
    sample_of,
)

REASONS = read_reasons()
# These have the name of a service and test what it works with.
OF_OTHERS = {"tests/unit/test_cascade.py", "tests/integration/test_service_tables.py"}


@pytest.mark.parametrize(
    "reason", REASONS, ids=lambda reason: f"{reason.function} {reason.was}"[:90]
)
def test_reason_is_of_a_line_that_is_still_there(reason: SurvivalReason) -> None:
    assert is_in_code(reason.function, reason.was), "take it out of docs/mutants/reasons.toml"
    assert len(reason.why) > 10


def test_each_survivor_that_is_still_in_the_code_has_a_reason() -> None:
    _, survivors = read_run()
    assert [
        one
        for one in survivors
        if is_in_code(one.function, one.was) and reason_of(one, REASONS) is None
    ] == []


def test_stale_line_would_be_found() -> None:
    function = "core.moderation.appeals.days_left"
    assert is_in_code(function, "return max(0, (deadline - now).days)")
    assert not is_in_code(function, "return 0")
    assert not is_in_code("core.moderation.appeals.no_such_function", "return 0")
    assert is_in_code("core.services.trials.SpareBackends.heard", "return dict(self._heard)")


def test_names_of_mutmut_are_read() -> None:
    assert function_of("core.services.review.x__add__mutmut_3") == "core.services.review._add"
    owned = "core.services.trials.xǁSpareBackendsǁ_failed__mutmut_19"
    assert function_of(owned) == "core.services.trials.SpareBackends._failed"


def test_what_a_module_makes_when_imported_is_tried_by_the_importing_tests_it() -> None:
    assert "tests/unit/test_dsa_rules.py" in importing_tests("core.moderation.dsa.field_rules")
    assert importing_tests("core.moderation.reopening") == [
        "tests/unit/test_reopening.py",
    ]


@pytest.mark.parametrize(
    ("without", "with_change", "noticed"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_a_second_try_counts_if_the_tests_pass_without_the_change(
    monkeypatch: pytest.MonkeyPatch, without: bool, with_change: bool, noticed: bool
) -> None:
    def passes(_tests: tuple[str, ...], change: str) -> bool:
        return with_change if change else without

    monkeypatch.setattr(mutation, "_passes", passes)
    name = "core.moderation.reopening.x_check_can_reopen__mutmut_8"
    assert mutation._is_noticed_from_the_start(name) is noticed


def test_only_changes_of_letters_are_wording() -> None:
    was = 'raise NotFound("There is nothing.")'
    for becomes in (
        'raise NotFound("XXThere is nothing.XX")',
        'raise NotFound("THERE IS NOTHING.")',
    ):
        assert Survivor("f", was, becomes).is_wording
    for becomes in ("raise NotFound(None)", 'raise Conflict("There is nothing.")'):
        assert not Survivor("f", was, becomes).is_wording
    assert not Survivor("f", 'rescored="true",', 'rescored="TRUE",').is_wording


def test_new_code_exchanges_only_its_share_of_the_sample() -> None:
    old = [f"core.services.a.x_{number}__mutmut_1" for number in range(900)]
    new = [f"core.services.b.x_{number}__mutmut_1" for number in range(100)]
    before, after = set(sample_of(old, 100, 35)), set(sample_of(old + new, 100, 35))
    assert after - before <= set(new)
    assert 0 < len(after - before) < 30
    assert set(sample_of(old, 100, 36)) != before


def test_every_test_named_after_a_rule_or_a_service_takes_part() -> None:
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    modules = [path.stem for room in ("moderation", "services") for path in room_files(room)]
    named = {
        f"tests/{kind}/test_{module}.py"
        for kind in ("unit", "property", "integration", "pages")
        for module in modules
    }
    there = {name for name in named if (ROOT / name).exists()}
    there |= {
        f"tests/integration/{path.name}"
        for path in (ROOT / "tests" / "integration").glob("test_*_service*.py")
    }
    assert there <= set(chosen["pytest_add_cli_args_test_selection"]) | OF_OTHERS


def room_files(room: str) -> list[Path]:
    return [path for path in (ROOT / "core" / room).glob("*.py") if path.stem != "__init__"]
