"""Mutation tests: changes rules and services one line at a time and checks whether a test fails.

`make mutants` runs mutmut, which makes the changes and runs the tests of each ([tool.mutmut] in
pyproject.toml). Changes that no test noticed (survivors) are stored in docs/mutants/run.json;
docs/mutants/reasons.toml says why some of them need no test.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN = ROOT / "docs" / "mutants" / "run.json"
REASONS = ROOT / "docs" / "mutants" / "reasons.toml"
SAMPLE, SEED = 400, 35
# Mutmut makes all mutants before it runs any, so a module with few is enough to get their names.
SMALLEST = "core.moderation.scores.*"
PACKAGES = ("core.moderation", "core.services", "core.texts")
NOTICED = ("killed", "timeout", "segfault", "suspicious")
WORDING = "only letters of a message change: tests ask for its kind and a telling word"
_NAME = re.compile(r"(?P<module>[\w.]+)\.x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<function>\w+)__mutmut_\d+")
_LITERAL = re.compile(r"([\"'])(?:\\.|(?!\1).)*\1")


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: the lines before and after it."""

    function: str
    was: str
    becomes: str

    @property
    def is_wording(self) -> bool:
        """Whether only the words of messages differ and no code was changed."""
        texts = [
            [
                found[0].removeprefix("XX").replace("XX", "").lower()
                for found in _LITERAL.finditer(side)
            ]
            for side in (self.was, self.becomes)
        ]
        rest = [_LITERAL.sub("''", side) for side in (self.was, self.becomes)]
        # A literal of one word may be data, not a message.
        is_prose = any(" " in text for text in texts[0])
        return is_prose and texts[0] == texts[1] and rest[0] == rest[1]


@dataclass(frozen=True)
class SurvivalReason:
    """Why no test needs to notice a change of a line; without `becomes`, any change of it."""

    function: str
    was: str
    why: str
    becomes: str | None = None

    def covers(self, survivor: Survivor) -> bool:
        """Whether this reason is about that change."""
        return (self.function, self.was) == (survivor.function, survivor.was) and self.becomes in (
            None,
            survivor.becomes,
        )


def read_run() -> tuple[dict[str, int], list[Survivor]]:
    """The figures of the last run, and its survivors."""
    kept = json.loads(RUN.read_text(encoding="utf-8"))
    return kept["figures"], [Survivor(**one) for one in kept["survivors"]]


def read_reasons() -> list[SurvivalReason]:
    """The reasons in docs/mutants/reasons.toml."""
    return [
        SurvivalReason(**one)
        for one in tomllib.loads(REASONS.read_text(encoding="utf-8"))["reason"]
    ]


def reason_of(survivor: Survivor, reasons: Iterable[SurvivalReason]) -> str | None:
    """The reason as text; None for a survivor that needs a test or a reason."""
    if survivor.is_wording:
        return WORDING
    return next((reason.why for reason in reasons if reason.covers(survivor)), None)


def is_in_code(function: str, lines: str) -> bool:
    """Whether that function still has these lines."""
    there = [line.strip() for line in (_source_of(function) or "").splitlines()]
    wanted = [line.strip() for line in lines.splitlines()]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there)))


def page() -> str:
    """The text of docs/mutants.md: the survivors whose lines are still in the code."""
    figures, survivors = read_run()
    reasons = read_reasons()
    lines = [
        "# Mutants\n\n",
        "`make mutants` changes core/moderation, core/services and core/texts one line at a "
        "time and runs the tests of each change. What no test noticed is listed here with the "
        "reason.\n\n",
        f"Of {figures['all']:,} possible changes {figures['tried']:,} were tried, a sample with "
        f"seed {figures['seed']}: {figures['noticed']:,} were noticed, {figures['survived']:,} "
        "were not. Lines that have changed since are left out.\n\n",
        "| function | line | becomes | why no test notices |\n|---|---|---|---|\n",
    ]
    for one in survivors:
        if is_in_code(one.function, one.was):
            why = reason_of(one, reasons) or "**to do**"
            lines.append(f"| {one.function} | {_cell(one.was)} | {_cell(one.becomes)} | {why} |\n")
    return "".join(lines)


def main(sample: int, seed: int) -> int:
    """Run a sample and store its survivors; 1 if one of them needs a test or a reason."""
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    _mutmut("run", "--max-children", "1", SMALLEST)
    names = sorted(_results())
    chosen = sample_of(names, sample or len(names), seed)
    _mutmut("run", "--max-children", "1", *chosen)
    return report(names, sorted(chosen), seed)


def sample_of(names: Sequence[str], size: int, seed: int) -> list[str]:
    """So many of the changes, drawn by the hash of each one's name: new code adds to a sample and
    does not exchange it."""
    return sorted(names, key=lambda name: sha256(f"{seed} {name}".encode()).digest())[:size]


def report(names: Sequence[str], chosen: Sequence[str], seed: int) -> int:
    """Store the survivors of a run that has ended; 1 if one needs a test or a reason."""
    results, reasons = _results(), read_reasons()
    left = {name: _survivor(name) for name in chosen if results[name] not in NOTICED}
    survivors = [
        one
        for name, one in left.items()
        if reason_of(one, reasons) is not None or not _is_noticed_from_the_start(name)
    ]
    figures = {
        "all": len(names),
        "tried": len(chosen),
        "seed": seed,
        "noticed": len(chosen) - len(survivors),
        "survived": len(survivors),
    }
    kept = {"figures": figures, "survivors": [asdict(one) for one in survivors]}
    RUN.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    to_do = [one for one in survivors if reason_of(one, reasons) is None]
    for one in to_do:
        print(f"{one.function}\n  - {one.was}\n  + {one.becomes}")
    print(f"{figures}; {len(to_do)} need a test or a reason in {REASONS.relative_to(ROOT)}")
    return 1 if to_do else 0


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    keeps = arguments[0] != "run"
    # Mutmut exits with 1 if a change survived, which is not an error here.
    done = subprocess.run(command, cwd=ROOT, text=True, check=keeps, capture_output=keeps)
    return done.stdout or ""


def _is_noticed_from_the_start(name: str) -> bool:
    """Whether a test fails in a process that begins with the change. Mutmut makes it in processes
    that have imported the modules before, and what those make when imported stays unchanged."""
    tests = tuple(importing_tests(name.rpartition(".")[0]))
    return bool(tests) and _passes(tests, "") and not _passes(tests, name)


@cache
def _passes(tests: tuple[str, ...], change: str) -> bool:
    mutants = ROOT / "mutants"
    options = ("-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=mutants,
        check=False,
        capture_output=True,
        env={**os.environ, "MUTANT_UNDER_TEST": change, "PYTHONPATH": str(mutants)},
    )
    return done.returncode == 0


def importing_tests(module: str) -> list[str]:
    """The test files of a run that import the module, or for one of a smaller folder that."""
    folder = module.rpartition(".")[0]
    wanted = module if folder in PACKAGES else folder
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    chosen: list[str] = settings["tool"]["mutmut"]["pytest_add_cli_args_test_selection"]
    imports = re.compile(rf"^(?:from|import) {re.escape(wanted)}\b", re.MULTILINE)
    return [one for one in chosen if imports.search((ROOT / one).read_text(encoding="utf-8"))]


def _results() -> dict[str, str]:
    found = (line.split(": ") for line in _mutmut("results", "--all", "true").splitlines())
    return {parts[0].strip(): parts[1] for parts in found if len(parts) == 2}


def _survivor(name: str) -> Survivor:
    changed = _mutmut("show", name).splitlines()[3:]
    sides = [
        "\n".join(line[1:].strip() for line in changed if line.startswith(sign)) for sign in "-+"
    ]
    return Survivor(function_of(name), *sides)


def function_of(name: str) -> str:
    """The name of the changed function, from mutmut's name of the change."""
    found = _NAME.fullmatch(name)
    assert found is not None, name
    return ".".join(part for part in found.group("module", "owner", "function") if part)


@cache
def _source_of(function: str) -> str | None:
    parts = function.split(".")
    at = next(
        n
        for n in range(len(parts), 0, -1)
        if (ROOT.joinpath(*parts[:n])).with_suffix(".py").exists()
    )
    text = ROOT.joinpath(*parts[:at]).with_suffix(".py").read_text(encoding="utf-8")
    node: ast.AST | None = ast.parse(text)
    for name in parts[at:]:
        inner = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
        node = next((one for one in inner if getattr(one, "name", None) == name), None)
    return ast.get_source_segment(text, node) if isinstance(node, ast.stmt) else None


def _cell(lines: str) -> str:
    return (
        "<br>".join(f"`{line.replace('|', chr(92) + '|')}`" for line in lines.splitlines())
        or "gone"
    )


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many; 0 tries all")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args(given)


if __name__ == "__main__":
    chosen_arguments = _arguments()
    sys.exit(main(chosen_arguments.sample, chosen_arguments.seed))
