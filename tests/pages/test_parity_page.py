"""The parity page on real services: permissions, and every state."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.parity.causes import Cause
from core.parity.kept import ComparisonFolder
from core.parity.report import as_data
from core.processes.ports import free_port
from dashboard.parity.screen import REPORT_KEY
from dashboard.parity.wording import CAUSES
from tests.contract.remote_configs import declare
from tests.contract.remote_server import KEY, ReceivedRequest, RemoteServer, ServerAnswer, scores_of
from tests.factories import HOSTILE, LEAD, MODERATOR, scored
from tests.pages.conftest import carriers, said
from tests.patience import PATIENT_S

OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as running:
        yield running


def softer(asked: ReceivedRequest) -> ServerAnswer | None:
    """The same model, another revision: lower scores in the same order."""
    if not asked.path.startswith("/json"):
        return None
    rows = [scores_of(text) for text in asked.body["payload"]["comments"]]
    return ServerAnswer(
        {"data": {"results": [{"found": {k: v**30 for k, v in r.items()}} for r in rows]}}
    )


def compare(test: AppTest, *others: str) -> AppTest:
    if others:
        test.get_by_key("parity_others").set_value(list(others)).run()
    return test.button(key="parity_run").click().run(timeout=PATIENT_S)


def words(test: AppTest) -> str:
    found = [*test.caption, *test.markdown, *test.error, *test.warning, *test.success, *test.text]
    return "\n".join(str(element.value) for element in found).replace("\\", "")


def frame(test: AppTest, column: str) -> Any:
    return next(each.value for each in test.dataframe if column in each.value.columns)


@pytest.mark.parametrize("actor", [MODERATOR, AUDITOR])
def test_role_without_permission_is_not_served_the_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="parity"):
        staff_page("parity", actor)


def test_page_itself_refuses_a_role_without_permission() -> None:
    def page(actor: object) -> None:
        from dashboard.parity.screen import render

        render(None, actor)  # type: ignore[arg-type]

    test = AppTest.from_function(page, kwargs={"actor": MODERATOR}, default_timeout=PATIENT_S).run()
    assert test.error[0].value == "As moderator you may not compare backends."
    assert not test.button


@pytest.mark.parametrize("actor", [LEAD, OPS])
def test_no_declared_backend_says_where_to_declare_one(staff_page: Open, actor: Actor) -> None:
    test = staff_page("parity", actor)
    assert not test.exception
    assert test.get_by_key("parity_reference").value == "fake"
    assert test.get_by_key("parity_others").value == []
    assert test.button(key="parity_run").disabled
    assert "backends.toml declares them" in words(test)


def test_unreadable_backends_file_is_a_line(home: Path, staff_page: Open) -> None:
    (home / "backends.toml").write_text("[[backend")
    test = staff_page("parity", OPS)
    assert "is not valid TOML" in words(test)
    assert not test.exception


def test_declared_backend_is_chosen_and_where_its_texts_go_is_said(
    home: Path, server: RemoteServer, staff_page: Open
) -> None:
    declare(home, leaving={"kind": "perspective", "url": f"{server.url}/perspective"})
    test = staff_page("parity", OPS)
    assert test.get_by_key("parity_others").value == ["leaving"]
    assert f"are sent to leaving ({server.url.removeprefix('http://')})" in words(test)
    assert "ends on 31 December 2026" in words(test)
    assert not server.asked, "nothing is sent before the button is pressed"


def test_backends_that_agree_change_no_decision(
    home: Path, server: RemoteServer, staff_page: Open
) -> None:
    declare(home, leaving={"kind": "perspective", "url": f"{server.url}/perspective"})
    test = staff_page("parity", OPS)
    test.get_by_key("parity_count").set_value(50).run()
    compare(test)
    assert not test.exception
    assert "The scores agree." in said(test)
    assert "No decision would change." in words(test)
    assert "50 comments (bundled sample, 50 of" in words(test)
    assert [tile.value for tile in test.metric] == ["0", "0", "0.000", "0.000"]
    assert "ends on 31 December 2026" in words(test)
    (kept,) = ComparisonFolder(home / "comparisons").read()
    assert (kept.backend, kept.compared, kept.changed) == ("leaving", 50, 0)


def test_figures_that_cannot_be_kept_are_shown_all_the_same(
    home: Path, server: RemoteServer, staff_page: Open
) -> None:
    declare(home, leaving={"kind": "perspective", "url": f"{server.url}/perspective"})
    (home / "comparisons").write_text("no folder")
    test = staff_page("parity", OPS)
    test.get_by_key("parity_count").set_value(50).run()
    compare(test)
    assert not test.exception
    assert "The scores agree." in said(test)
    assert [each.value for each in test.warning if "File exists" in each.value]


@pytest.mark.slow
def test_difference_shows_diagnosis_map_and_the_comments_that_flip(
    home: Path, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    for number in range(30):
        scored(services, f"You {('idiot', 'moron', 'damn')[number % 3]}, number {number}.")
        scored(services, f"A fine day, number {number}.")
    server.override = softer
    declare(home, softer={"kind": "json", "url": f"{server.url}/json"})
    test = compare(staff_page("parity", LEAD))
    assert not test.exception
    assert "60 comments (stored comments)" in words(test)
    assert "another revision" in words(test)
    assert "Map the thresholds before you switch." in said(test)
    changed = {tile.delta: tile.value for tile in test.metric}
    assert changed["with mapped thresholds"] == "0"
    flips = frame(test, "same thresholds")
    assert changed["with the same thresholds"].startswith(f"{len(flips)} (")
    assert set(flips["mapped thresholds"]) == set(flips["reference"])
    assert all("number" in text for text in flips["text"])
    thresholds = frame(test, "mapped")
    assert (thresholds["mapped"] < thresholds["now"]).any()
    assert list(thresholds["reach"]) == list(thresholds["reach the new"])
    assert "Not mapped, because no comment here, or every one, reaches them" in words(test)
    labels = frame(test, "rank")
    assert labels["flips"].sum() > 0


def test_ops_see_ids_and_scores_and_no_text(
    home: Path, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    for number in range(6):
        scored(services, f"You moron number {number}.")
    server.override = softer
    declare(home, softer={"kind": "json", "url": f"{server.url}/json"})
    test = compare(staff_page("parity", OPS))
    flips = frame(test, "same thresholds")
    assert "text" not in flips.columns
    assert all(name.startswith("c-") for name in flips["comment"])
    assert not carriers(test, "moron number")
    assert "6 comments are few" in words(test)


def test_report_of_one_person_is_not_shown_to_another(
    home: Path, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    scored(services, "You idiot.")
    declare(home, twin={"kind": "console", "url": f"{server.url}/console"})
    test = compare(staff_page("parity", LEAD))
    owner, report = test.session_state[REPORT_KEY]
    assert owner == LEAD.id
    assert report.texts
    test.session_state["signed_in_as"] = OPS.id
    test.run()
    assert "The scores agree." not in said(test)
    assert not test.metric


def test_words_of_a_comment_are_never_markdown(
    home: Path, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    for number in range(3):
        scored(services, f"You moron {number} {HOSTILE}")
    server.override = softer
    declare(home, softer={"kind": "json", "url": f"{server.url}/json"})
    test = compare(staff_page("parity", LEAD))
    assert "example.invalid" in frame(test, "same thresholds")["text"][0]
    assert carriers(test, "example.invalid") == {"Dataframe"}


def test_backend_that_is_down_is_a_line_beside_the_others(
    home: Path, server: RemoteServer, staff_page: Open
) -> None:
    declare(
        home,
        gone={"kind": "console", "url": f"http://127.0.0.1:{free_port()}", "attempts": 1},
        leaving={"kind": "perspective", "url": f"{server.url}/perspective"},
        twin={"kind": "console", "url": f"{server.url}/console"},
    )
    test = staff_page("parity", LEAD)
    test.get_by_key("parity_count").set_value(50).run()
    compare(test)
    assert not test.exception
    assert "gone: not compared" in words(test)
    assert "gone could not be reached" in said(test)
    assert list(test.get_by_key("parity_pair_leaving_twin").options) == ["leaving", "twin"]
    test.get_by_key("parity_pair_leaving_twin").set_value("twin").run()
    assert "console@minilm-toxicity-3" in words(test)


def test_reference_that_is_down_is_said_and_nothing_is_kept(
    home: Path, server: RemoteServer, staff_page: Open
) -> None:
    declare(home, gone={"kind": "console", "url": f"http://127.0.0.1:{free_port()}", "attempts": 1})
    test = staff_page("parity", OPS)
    test.get_by_key("parity_reference").set_value("gone").run()
    compare(test, "fake")
    assert "These backends could not be compared." in words(test)
    assert "gone could not be reached" in said(test)
    assert REPORT_KEY not in test.session_state
    assert not test.metric


@pytest.mark.slow
def test_download_is_the_report_without_texts(
    home: Path, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    scored(services, "You idiot, number 1.")
    declare(home, twin={"kind": "console", "url": f"{server.url}/console"})
    test = compare(staff_page("parity", LEAD))
    assert test.get_by_key("parity_download").label == "Download the report"
    _, report = test.session_state[REPORT_KEY]
    assert "You idiot" not in json.dumps(as_data(report))


def test_every_cause_has_words_and_a_color() -> None:
    assert set(CAUSES) == set(Cause)
    assert {color for _, color in CAUSES.values()} <= {"green", "orange", "red"}
