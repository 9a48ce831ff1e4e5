"""docs/transparency.md matches the code."""

from pathlib import Path

import pytest

from core.moderation.dsa.restrictions import RestrictionEnd
from core.moderation.dsa.rules import RULES
from core.store.transparency_queries import FIGURES
from tests.unit.test_dsa_statement import GONE, MODEL, fields_of

PAGE = (Path(__file__).parents[2] / "docs" / "transparency.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [figure.name for figure in FIGURES])
def test_every_figure_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("end", list(RestrictionEnd))
def test_every_end_of_a_restriction_is_named(end: RestrictionEnd) -> None:
    assert f"`{end}`" in PAGE


def test_every_field_of_a_statement_is_explained() -> None:
    fields = {*fields_of([MODEL, GONE]), "decision_ground_reference_url"} - {"content_type"}
    assert [field for field in sorted(fields) if f"`{field}`" not in PAGE] == []


def test_the_number_of_rules_is_right() -> None:
    assert f"{len(RULES)} rules" in " ".join(PAGE.split())
