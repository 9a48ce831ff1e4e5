"""No two public classes share a name, and a docstring says "the only" only if a test proves it."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import core

ROOT = Path(core.__path__[0]).parent
SOURCES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")])
# Module whose docstring claims it: the test in this file that proves it.
PROVEN = {"core/clock.py": "test_only_the_clock_reads_the_time_of_day"}
CLAIM = re.compile(r"\bthe only\b", re.IGNORECASE)
TIME_OF_DAY = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def public_classes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name_of(path))
    return found


def test_no_two_public_classes_share_a_name() -> None:
    found = public_classes()
    assert len(found) > 200
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_a_module_that_claims_to_be_the_only_one_has_a_proof() -> None:
    claiming = {
        name_of(path)
        for path in SOURCES
        if CLAIM.search(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    }
    assert claiming == set(PROVEN)
    assert set(PROVEN.values()) <= set(globals())


def test_only_the_clock_reads_the_time_of_day() -> None:
    reading = {name_of(path) for path in SOURCES if TIME_OF_DAY.search(path.read_text("utf-8"))}
    assert reading == {"core/clock.py"}
