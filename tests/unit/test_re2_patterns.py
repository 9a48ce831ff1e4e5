"""Patterns from people: what is refused, where, and that none can be slow or match unseen."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from core.moderation import re2_patterns
from core.moderation.re2_patterns import MOST_PLACES, PatternSet, pattern_problem


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("free (casino", "missing ): free (casino (at character 1)"),
        ("win a{1001}", "invalid repetition size: {1001} (at character 6)"),
        (r"(a)\1", r"invalid escape sequence: \1 (at character 4)"),
        ("x(?=y)", "invalid perl operator: (?= (at character 2)"),
        ("ab[z-a]", "invalid character class range: z-a (at character 4)"),
        ("*", "no argument for repetition operator: * (at character 1)"),
        ("a*", "it matches a text of nothing, so it would match every comment"),
        (r"\b", "it matches a text of nothing, so it would match every comment"),
        (r"idiot|\b", "it matches a text of nothing, so it would match every comment"),
        (r"\B", "it matches a text of nothing, so it would match every comment"),
        ("(?m)^", "it matches a text of nothing, so it would match every comment"),
        ("((a{30}){30}){1,30}", "invalid repetition size: {1,30} (at character 14)"),
        (r"(\pL{500}x)", "pattern too large - compile failed"),
    ],
)
def test_what_can_not_be_used_is_refused_with_place_and_reason(pattern: str, problem: str) -> None:
    assert pattern_problem(pattern) == problem


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+b", r"^(\w+\s?)*$x", r"\bcasino\b"])
def test_what_is_slow_elsewhere_can_be_used(pattern: str) -> None:
    assert pattern_problem(pattern) is None


def test_case_is_ignored_unless_the_pattern_says_so() -> None:
    found = PatternSet(["casino", "(?-i)Casino", "lottery"])
    assert found.matching("CASINO") == [0]
    assert found.matching("Casino") == [0, 1]
    assert found.matching("cas") == []
    assert PatternSet([]).matching("anything") == []


def test_a_set_without_memory_asks_each_pattern() -> None:
    """RE2 gives such a set no matches, as if there were none."""

    class OutOfMemory:
        def Match(self, _content: bytes) -> list[int]:  # noqa: N802
            return []

    found = PatternSet(["no", "casino", "lottery"])
    found._parts = [(1, 2, OutOfMemory())]
    assert found.matching("a casino, no lottery") == [1, 2]


def test_patterns_too_many_for_one_set_are_several_sets(monkeypatch) -> None:
    monkeypatch.setattr(re2_patterns, "SET_BYTES", 1 << 16)
    patterns = [f"{word}{number}" for number in range(300) for word in ("casino", "lottery")]
    found = PatternSet(patterns)
    assert len(found._parts) > 1
    expected = [patterns.index(one) for one in ("casino0", "lottery2", "lottery29", "lottery299")]
    assert found.matching("x lottery299 y casino0") == expected


def test_places_are_those_of_the_group_and_not_more_than_can_be_marked() -> None:
    text = "ä casino " * 100
    places = list(PatternSet(["(casino)( |$)"]).places(0, text))
    assert len(places) == MOST_PLACES
    assert {text[start:end] for start, end in places} == {"casino"}
    assert list(PatternSet(["x|casino"]).places(0, "no")) == []


def test_the_wheel_needs_a_range_with_the_version_that_is_tested_here() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    needed = {each.name: each for each in map(Requirement, project["dependencies"])}
    assert needed["google-re2"].specifier.contains(version("google-re2"))
    assert not needed["google-re2"].specifier.contains("2.0")
