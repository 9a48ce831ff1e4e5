"""The documentation matches the code."""

import re
from pathlib import Path

import pytest

from core.cli.main import make_parser
from core.moderation.permissions import Role
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.setting_help import SETTING_HELP
from core.training.site.comparison import SiteVerdict
from core.training.site.rows import COLUMNS
from docs.generate import _subparsers, pages

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(_subparsers(make_parser()))
CODE = ("core", "dashboard", "docs", "tests")
MOST_LINES = 300
"""As CONTRIBUTING.md says of any file."""


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_up_to_date(name):
    assert (ROOT / "docs" / name).read_text() == pages()[name], "run: make docs"


def test_every_command_of_the_contract_is_there():
    wanted = {"up", "ingest", "score", "serve", "dashboard", "author", "train", "bench"}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_or_the_command_page_names_every_command(command):
    assert f"## modconsole {command}" in (ROOT / "docs" / "cli.md").read_text()


def test_every_setting_has_a_meaning_and_a_row():
    page = (ROOT / "docs" / "settings.md").read_text()
    for name, text in SETTING_HELP.items():
        assert f"`MODCONSOLE_{name.upper()}`" in page
        assert text.endswith(".")


@pytest.mark.parametrize("word", [*Label, *Action])
def test_the_glossary_explains_every_label_and_action(word):
    assert f"`{word}`" in (ROOT / "docs" / "concepts.md").read_text()


@pytest.mark.parametrize("column", COLUMNS)
def test_the_page_on_a_sites_model_has_every_column(column):
    assert f"`{column}`" in (ROOT / "docs" / "site_model.md").read_text()


@pytest.mark.parametrize("verdict", list(SiteVerdict))
def test_the_page_on_a_sites_model_has_every_verdict(verdict):
    assert f"*{verdict}*" in (ROOT / "docs" / "site_model.md").read_text()


@pytest.mark.parametrize("role", list(Role))
def test_the_roles_page_has_every_role(role):
    assert f"| {role} " in (ROOT / "docs" / "states.md").read_text()


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_gives_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


def test_no_python_file_is_longer_than_the_contributing_page_allows():
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert ROOT / "core" / "config.py" in files
    assert Path(__file__) in files
    assert {
        str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > MOST_LINES
    } == {}
    assert f"never over {MOST_LINES}" in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_key_of_the_review_desk_is_documented() -> None:
    script = (ROOT / "dashboard/review/desk/desk.js").read_text(encoding="utf-8")
    actions = script[script.index("  actions() {") : script.index("  get reasons()")]
    letters = set(re.findall(r"\b([a-z]): \(\) =>", actions)) | {"/", "Esc"}
    page = (ROOT / "docs/review.md").read_text(encoding="utf-8")
    table = page[page.index("| key | does |") : page.index("Each key is drawn")]
    assert {key.upper() if len(key) == 1 else key for key in letters} <= set(
        re.findall(r"`([^`]+)`", table)
    )
    help_page = (ROOT / "dashboard/review/desk/help.js").read_text(encoding="utf-8")
    told = " ".join(re.findall(r'\["([^"]+)", ', help_page)).split()
    assert {key.upper() if len(key) == 1 else key for key in letters} <= set(told)


def test_what_make_test_does_not_read_is_run_by_make_test_slow() -> None:
    files = sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    left_out = re.search(r"^SLOW := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert left_out is not None
    marks = [f"mark.{mark}" for mark in left_out[1].split(" or ")]
    assert len(files) > 10
    for file in files:
        pytestmark = file.read_text("utf-8").partition("pytestmark =")[2].partition("\n\n")[0]
        assert any(mark in pytestmark for mark in marks), file.name
