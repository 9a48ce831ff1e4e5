"""Importing core loads no heavy package, checked in a fresh process."""

import pkgutil
import subprocess
import sys

import pytest

import core.moderation
import core.services

HEAVY = ("streamlit", "torch", "transformers", "onnxruntime", "openvino", "duckdb", "pyarrow")
REPORT = f"import sys; print(sorted(set(sys.modules) & set({HEAVY!r})))"


def names(package: object) -> list[str]:
    path, prefix = package.__path__, package.__name__  # type: ignore[attr-defined]
    return [prefix, *(f"{prefix}.{module.name}" for module in pkgutil.iter_modules(path))]


@pytest.mark.parametrize(
    "modules",
    [
        ["core"],
        names(core.moderation),
        names(core.services),
        ["core.inference.scorer"],
        ["core.inference.severe_words"],
        ["core.cli.main"],
    ],
    ids=[
        "core",
        "core.moderation",
        "core.services",
        "the scorer",
        "severe words",
        "the command line",
    ],
)
def test_import_loads_nothing_heavy(modules: list[str]) -> None:
    code = f"import {', '.join(modules)}; {REPORT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_report_would_show_a_heavy_package() -> None:
    code = f"import duckdb; {REPORT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['duckdb']"


def test_charts_are_imported_without_grammars() -> None:
    """A package for formats of JSON schemas, `rfc3987-syntax`, builds 39 of them with `lark` at
    every import of Altair, which takes longer than all else: no extra may bring it."""
    code = "import altair, sys; print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
