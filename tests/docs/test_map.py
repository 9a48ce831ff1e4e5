"""The tree of the README and the tour of the pages name all there is."""

import re
from pathlib import Path

import pytest

from dashboard.app import PAGES
from dashboard.staff_texts import say

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TOUR = (ROOT / "docs" / "pages.md").read_text()
FOLDERS = sorted(path.parent.name for path in (ROOT / "core").glob("*/__init__.py"))


@pytest.mark.parametrize("folder", [*FOLDERS, *(page[1] for page in PAGES)])
def test_the_tree_of_the_readme_has_every_folder(folder: str) -> None:
    assert f" {folder}/" in README


@pytest.mark.parametrize("title", [say(f"common.page.{page[1]}") for page in PAGES])
def test_the_tour_has_every_page(title: str) -> None:
    assert f"\n## {title}\n" in TOUR


def test_every_picture_is_there_and_every_page_of_pictures_is_shown() -> None:
    pictures = {path.name for path in (ROOT / "docs" / "images").glob("*.png")}
    shown = {
        name
        for page in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"\(images/([\w-]+\.png)\)", page.read_text())
    }
    assert shown <= pictures
    assert {name for name in pictures if name.endswith("-light.png")} <= shown
