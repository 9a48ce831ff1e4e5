"""The page What runs here? for each role and part, and the links to the answers of six
questions."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.cli.main import main
from core.inference.manifest import SHIPPED_MODEL
from core.inventory.model_facts import read_model_facts
from core.moderation.permissions import Actor, Role, can
from dashboard.app import PAGES
from dashboard.inventory.screen import OF_THE_MODEL, PARTS
from dashboard.inventory.tables import auc_words, data_frame, package_frame
from dashboard.questions import QUESTIONS
from tests.factories import LEAD, MODERATOR
from tests.servinglog_records import put, record

Open = Callable[..., AppTest]
PEOPLE = (
    MODERATOR, LEAD, Actor("ola", Role.OPS), Actor("ada", Role.ADMIN), Actor("ines", Role.AUDITOR)
)  # fmt: skip
ROOT = Path(__file__).parents[2]


def words(page: AppTest) -> str:
    parts = (*page.markdown, *page.caption, *page.info, *page.error, *page.warning)
    return "\n".join(str(each.value) for each in parts).replace("\\", "")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("actor", PEOPLE, ids=lambda actor: actor.role)
def test_each_part_has_a_table_or_a_list_and_two_downloads(
    services: Services, staff_page: Open, actor: Actor, part: str
) -> None:
    page = staff_page("inventory", actor, part=part)
    assert not page.exception
    if part == "What is kept":
        entries = [each.value for each in page.markdown if each.value.startswith("**")]
        assert len(entries) > 5
        assert "\n- kept: for ever\n- after an erasure: " in entries[0]
    else:
        assert len(page.dataframe[0].value) > 5
    assert len(page.get("download_button")) == 2


def test_packages_say_what_is_needed(services: Services, staff_page: Open) -> None:
    page = staff_page("inventory", LEAD)
    frame = page.dataframe[0].value.set_index("package")
    assert frame.loc["streamlit", "needed"] == "yes"
    assert frame.loc["pytest", "needed"] == "no"
    assert frame.loc["streamlit", "licence"]
    assert "packages are installed; the console needs" in words(page)


def test_models_show_the_one_in_force_with_intervals_and_the_tried_with_why(
    services: Services, staff_page: Open
) -> None:
    now = services.clock.now()
    calls = (
        record(f"r{at}", backend="fake", total_ms=64.0, started_at=now - timedelta(hours=1))
        for at in range(30)
    )
    put(services.settings.serving_log_dir, *calls)
    frame = staff_page("inventory", LEAD, part="Models").dataframe[0].value.set_index("model")
    shipped = frame.loc["minilm-toxicity-6"]
    assert re.fullmatch(r"0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", shipped["Wikipedia talk"])
    assert shipped["verdict"] == "in force"
    assert shipped["p95, ms"] == pytest.approx(64.0)
    assert shipped["size, MB"] > 50
    int8 = frame.loc["minilm-toxicity-6, int8"]
    assert int8["verdict"] == "shipped"
    assert "decisions flip" in int8["why"]
    assert int8["speed"] == "not measured here"
    assert frame.loc["version 3", "verdict"] == "replaced"
    assert frame.loc["version 3", "Reddit"] == "0.811 [0.782, 0.841]"


def test_data_has_licence_and_digest_of_each_set(services: Services, staff_page: Open) -> None:
    page = staff_page("inventory", LEAD, part="Data")
    frame = page.dataframe[0].value.set_index("data set")
    assert frame.loc["davidson_tweets", "licence"] == "MIT"
    assert len(frame.loc["davidson_tweets", "sha256"]) == 64
    assert frame.loc["vicomtech_stormfront", "use"] == "left out"
    assert "None of them is shipped" in words(page)


@pytest.mark.parametrize("part", PARTS)
def test_a_model_of_another_kind_is_told(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    monkeypatch.setenv("MODCONSOLE_MODEL", str(tmp_path / "other"))
    page = staff_page("inventory", LEAD, part=part)
    assert not page.exception
    assert ("no readable manifest.json" in words(page)) is (part in OF_THE_MODEL)


def test_command_writes_the_same_bill(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sbom"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert main(["sbom", "--out", str(tmp_path / "sbom.json")]) == 0
    written = json.loads((tmp_path / "sbom.json").read_text())
    assert written["serialNumber"] == printed["serialNumber"]
    assert main(["sbom", "--out", str(tmp_path / "no" / "sbom.json")]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_each_question_of_the_design_has_its_page() -> None:
    folders = {page[1]: page[4] for page in PAGES}
    assert len(QUESTIONS) == 6
    for one in QUESTIONS:
        assert folders[one.folder] is one.needed
        if part := one.choices.get("part"):
            assert part in PARTS
        assert f"| {one.words()} |" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("actor", PEOPLE, ids=lambda actor: actor.role)
def test_overview_links_to_the_answers(services: Services, staff_page: Open, actor: Actor) -> None:
    page = staff_page("overview", actor)
    assert not page.exception
    labels = [link.proto.label for link in page.get("page_link")]
    expected = [one.words() for one in QUESTIONS if can(actor, one.needed)]
    assert [label for label in labels if label in expected] == expected == [
        one.words() for one in QUESTIONS
    ]  # fmt: skip


def test_frames_of_nothing_have_their_columns() -> None:
    assert "package" in package_frame(()).columns
    assert "sha256" in data_frame(()).columns
    assert auc_words(0.5) == "0.500"
    assert len(data_frame(read_model_facts(SHIPPED_MODEL).data)) == 15
