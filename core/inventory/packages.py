"""The packages installed beside the console, as their own metadata describes them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions

from packaging.requirements import InvalidRequirement, Requirement

CONSOLE = "moderation-console"
MOST_CHARS = 200
"""Of one field: some packages put a whole licence where its name belongs."""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package. `licence` is an SPDX expression if `is_spdx`, else a name; empty if
    the package names none. `requires` are the names of installed packages it needs here. Without
    `is_needed` it is installed, and the console runs without it."""

    name: str
    version: str
    licence: str
    is_spdx: bool
    summary: str
    homepage: str | None
    requires: tuple[str, ...]
    is_needed: bool

    @property
    def purl(self) -> str:
        """The package URL of PyPI: `pkg:pypi/name@version`."""
        return f"pkg:pypi/{self.name}@{self.version}"


def normal_name(name: str) -> str:
    """As PyPI compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_packages(found: Iterable[Distribution] | None = None) -> tuple[Package, ...]:
    """All of this environment (or of `found`), by name; of two with one name the first, which is
    the one that Python imports."""
    by_name: dict[str, Distribution] = {}
    for one in distributions() if found is None else found:
        if "Name" in one.metadata:
            by_name.setdefault(normal_name(one.metadata["Name"]), one)
    requires = {name: _requires(one, by_name) for name, one in by_name.items()}
    needed = _closure(CONSOLE, requires)
    return tuple(
        _package(name, by_name[name], requires[name], is_needed=name in needed)
        for name in sorted(by_name)
    )


def _package(
    name: str, found: Distribution, requires: tuple[str, ...], *, is_needed: bool
) -> Package:
    licence, is_spdx = _licence(found)
    return Package(
        name=name,
        version=found.version,
        licence=licence,
        is_spdx=is_spdx,
        summary=_one_line(found, "Summary"),
        homepage=_homepage(found),
        requires=requires,
        is_needed=is_needed,
    )


def _licence(found: Distribution) -> tuple[str, bool]:
    expression = _one_line(found, "License-Expression")
    if expression:
        return expression, True
    classifiers = found.metadata.get_all("Classifier") or []
    names = [
        one.rpartition("::")[2].strip()
        for one in classifiers
        if one.startswith("License ::") and not one.endswith("OSI Approved")
    ]
    return (", ".join(names) or _one_line(found, "License"), False)


def _one_line(found: Distribution, name: str) -> str:
    """The first line of a field that a package may lack."""
    first, *_ = (found.metadata.get_all(name) or [""])[0].strip().splitlines() or [""]
    return first[:MOST_CHARS].strip() if first != "UNKNOWN" else ""


def _homepage(found: Distribution) -> str | None:
    """The first web address of the metadata."""
    urls = [_one_line(found, "Home-page")]
    urls += [one.partition(",")[2].strip() for one in found.metadata.get_all("Project-URL") or []]
    return next((url for url in urls if re.fullmatch(r"https?://[^\s\"<>\\^`{|}]+", url)), None)


def _requires(found: Distribution, known: Mapping[str, object]) -> tuple[str, ...]:
    """Without those of extras: whether one was meant to be installed isn't recorded."""
    names = set()
    for text in found.requires or []:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            names.add(normal_name(requirement.name))
    return tuple(sorted(names & known.keys()))


def _closure(root: str, requires: Mapping[str, tuple[str, ...]]) -> set[str]:
    needed, waiting = set(), [root]
    while waiting:
        name = waiting.pop()
        if name in requires and name not in needed:
            needed.add(name)
            waiting += requires[name]
    return needed
