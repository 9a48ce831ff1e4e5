"""`make check` alone, in an empty environment, finds the types of every package."""

import ast
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OWN = {"core", "dashboard"}
INSTALLED = {canonicalize_name(distribution.name) for distribution in metadata.distributions()}


def foreign_modules() -> set[str]:
    """The modules that the console imports from elsewhere, by their whole name."""
    found = set()
    for folder in sorted(OWN):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(str(node.module))
    own = OWN | set(sys.stdlib_module_names)
    return {module for module in found if top_of(module) not in own}


def top_of(module: str) -> str:
    """Its first part: the name of the package."""
    return module.partition(".")[0]


def distributions_of(module: str, providers: Mapping[str, list[str]]) -> set[str]:
    """Those that may bring a module: of several that share a package, those that have its file."""
    possible = set(providers.get(top_of(module), ()))
    if len(possible) > 1:
        path = module.replace(".", "/")
        starts = (path + "/", path + ".py")
        possible = {
            name
            for name in possible
            if any(file.as_posix().startswith(starts) for file in metadata.files(name) or ())
        }
    return {canonicalize_name(name) for name in possible}


def applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether a requirement counts on this machine, for these extras of who asks for it."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def installed_by(requirements: list[str], extras: dict[str, list[str]]) -> set[str]:
    """Names of the distributions that these requirements bring, with what those need."""
    waiting = [text for text in requirements if applies(Requirement(text), ())]
    seen: set[str] = set()
    while waiting:
        text = waiting.pop()
        if text in seen:
            continue
        seen.add(text)
        asked = Requirement(text)
        if asked.name == "moderation-console":
            waiting += [needed for extra in asked.extras for needed in extras[extra]]
        elif canonicalize_name(asked.name) in INSTALLED:
            needs = metadata.requires(asked.name) or ()
            waiting += [needed for needed in needs if applies(Requirement(needed), asked.extras)]
    return {canonicalize_name(Requirement(text).name) for text in seen}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_check_installs_or_skips_every_package_that_is_imported(project):
    extras = project["project"]["optional-dependencies"]
    installed = installed_by([*project["project"]["dependencies"], *extras["check"]], extras)
    skipped = {
        top_of(module)
        for override in project["tool"]["mypy"]["overrides"]
        for module in override["module"]
    }
    providers = metadata.packages_distributions()
    unknown = {
        module
        for module in foreign_modules()
        if top_of(module) not in skipped and not distributions_of(module, providers) & installed
    }
    assert not unknown
