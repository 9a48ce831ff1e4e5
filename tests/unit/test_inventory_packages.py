"""Installed packages by their own metadata, with the odd ones."""

from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from core.inventory.packages import Package, installed_packages, normal_name


class MadeUp(Distribution):
    """A distribution with that metadata and nothing else."""

    def __init__(self, metadata: str) -> None:
        self._text = metadata

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:
        return Path(path)


def made_up(name: str, *lines: str) -> MadeUp:
    return MadeUp("\n".join((f"Name: {name}", "Version: 1.0", *lines, "", "")))


def read(*found: Distribution) -> dict[str, Package]:
    return {one.name: one for one in installed_packages(found)}


@pytest.mark.parametrize(
    ("lines", "licence", "is_spdx"),
    [
        (("License-Expression: MIT OR Apache-2.0", "License: other"), "MIT OR Apache-2.0", True),
        (("Classifier: License :: OSI Approved :: MIT License",), "MIT License", False),
        (("Classifier: License :: OSI Approved", "License: BSD"), "BSD", False),
        (("License: MIT License", "        Permission is granted ..."), "MIT License", False),
        (("License: UNKNOWN",), "", False),
        ((), "", False),
        (("License: " + "x" * 5_000,), "x" * 200, False),
    ],
)
def test_licence_is_what_the_package_says(
    lines: tuple[str, ...], licence: str, is_spdx: bool
) -> None:
    (one,) = read(made_up("a", *lines)).values()
    assert (one.licence, one.is_spdx) == (licence, is_spdx)


def test_needed_are_those_that_the_console_requires_directly_or_not() -> None:
    found = read(
        made_up(
            "moderation_console", "Requires-Dist: Web.Kit>=1", 'Requires-Dist: gpu; extra == "x"'
        ),
        made_up(
            "web-kit",
            "Requires-Dist: wire",
            "Requires-Dist: no such thing (((",
            "Requires-Dist: gone",
        ),
        made_up("wire", "Requires-Dist: web-kit"),  # a circle
        made_up("gpu"),
    )
    assert {name for name, one in found.items() if one.is_needed} == {
        "moderation-console", "web-kit", "wire",
    }  # fmt: skip
    assert found["moderation-console"].requires == ("web-kit",)
    assert found["web-kit"].requires == ("wire",)
    assert found["web-kit"].purl == "pkg:pypi/web-kit@1.0"


def test_marker_of_another_system_is_no_need() -> None:
    found = read(made_up("a", "Requires-Dist: b; python_version < '3'"), made_up("b"))
    assert found["a"].requires == ()


def test_of_two_of_one_name_the_first_counts_and_a_nameless_one_is_left_out() -> None:
    first, second = made_up("A_b", "Summary: first"), made_up("a.B", "Summary: second")
    (one,) = read(first, second, MadeUp("Version: 1\n\n")).values()
    assert (one.name, one.summary) == ("a-b", "first")


@pytest.mark.parametrize(
    ("line", "homepage"),
    [
        ("Home-page: https://example.org/a", "https://example.org/a"),
        ("Project-URL: Source, https://example.org/b", "https://example.org/b"),
        ("Home-page: javascript:alert(1)", None),
        ("Home-page: https://example.org/a b", None),
    ],
)
def test_homepage_is_a_web_address_or_none(line: str, homepage: str | None) -> None:
    (one,) = read(made_up("a", line)).values()
    assert one.homepage == homepage


def test_this_environment_has_what_the_console_declares() -> None:
    found = {one.name: one for one in installed_packages()}
    assert found["moderation-console"].licence == "Apache-2.0"
    for name in ("streamlit", "duckdb", "pyarrow", "packaging"):
        assert found[name].is_needed
        assert found[name].version
    assert not found["pytest"].is_needed
    assert list(found) == sorted(found)


@pytest.mark.parametrize(("given", "name"), [("A_b.C", "a-b-c"), ("a--b", "a-b"), ("x", "x")])
def test_names_are_compared_as_pypi_does(given: str, name: str) -> None:
    assert normal_name(given) == name
