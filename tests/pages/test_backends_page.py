"""The backends page for each role and every state, before a backend is called."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.inference.local import choice
from core.moderation.permissions import Actor, Role
from core.servinglog.lines import REFUSAL
from core.servinglog.record import RefusalReason, RefusalRecord
from tests.contract.remote_configs import TABLES
from tests.contract.remote_server import RemoteServer
from tests.factories import LEAD, MODERATOR, unscored
from tests.pages.backends_page import (
    ADMIN,
    AUDITOR,
    OPS,
    StaffPage,
    badges,
    call,
    declare,
    log,
    modes_logged,
    row,
)
from tests.pages.conftest import said
from tests.patience import PATIENT_S

pytestmark = pytest.mark.usefixtures("close_the_apps_services")


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS, ADMIN, AUDITOR], ids=lambda a: a.role)
def test_staff_see_how_backends_stand_and_only_some_may_ask(staff_page: StaffPage, actor: Actor):
    at = staff_page("backends", actor)
    assert not at.exception
    assert row(at, "fake")["use"] == "in force"
    may_ask = actor in (LEAD, OPS)
    assert at.button(key="check_fake").disabled is not may_ask
    assert bool(at.text_area) is may_ask
    if not may_ask:
        assert f"As {actor.role} you may not call a backend." in [c.value for c in at.caption]


def test_an_author_sees_only_why_not() -> None:
    def page(actor: object) -> None:
        from dashboard.backends.screen import render

        render(None, actor)

    at = AppTest.from_function(
        page, kwargs={"actor": Actor("sam", Role.AUTHOR)}, default_timeout=PATIENT_S
    ).run()
    assert "may not" in at.error[0].value
    assert not at.dataframe


def test_without_file_and_log_nothing_is_wrong_and_nothing_is_claimed(staff_page: StaffPage):
    at = staff_page("backends", OPS)
    assert (row(at, "fake")["state"], row(at, "fake")["calls"]) == (["not asked yet"], 0)
    assert "No call in this window" in said(at)
    assert "no live call in 24 h" in badges(at)
    assert not at.error
    assert not at.warning
    assert not at.exception


def test_loading_the_page_asks_no_service(home: Path, staff_page: StaffPage, server: RemoteServer):
    declare(home, server.url, *TABLES)
    at = staff_page("backends", OPS)
    at.run()
    assert not at.exception
    assert server.asked == []
    assert modes_logged(home) == []


def test_a_broken_file_is_one_line_with_file_and_key(home: Path, staff_page: StaffPage):
    declare(home, "http://127.0.0.1:9", "tei", timeout_s=-1)
    at = staff_page("backends", OPS)
    (line,) = [error.value.replace("\\", "") for error in at.error]
    assert str(home / "backends.toml") in line
    assert "`timeout_s` must be a number above 0" in line
    assert row(at, "onnx")["state"] == ["not asked yet"]
    assert not at.exception


def test_a_missing_key_and_a_missing_package_are_said(
    home: Path, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("TEST_KEY", raising=False)
    monkeypatch.setattr(choice, "find_spec", lambda package: None if package == "torch" else 1)
    declare(home, "http://127.0.0.1:9", "tei")
    at = staff_page("backends", OPS)
    assert row(at, "tei")["state"] == ["refused"]
    assert "TEST_KEY is not set" in row(at, "tei")["why"]
    assert row(at, "torch")["state"] == ["not installed"]
    assert "pip install" in row(at, "torch")["why"]
    assert "tei" not in at.pills(key="trial_names").options
    assert not at.exception


def test_an_outage_in_the_log_is_the_first_thing_said(
    home: Path, services: Services, staff_page: StaffPage
):
    unscored(services)
    failures = [call(n, "fake", 30 - n, "timeout") for n in range(9)]
    log(home, call(0, "fake", 60), *failures)
    at = staff_page("backends", OPS)
    (line,) = [error.value.replace("\\", "") for error in at.error]
    assert line.startswith("fake, in force, does not answer: the model's server failed (")
    assert line.endswith("New comments are held for a person.")
    assert "1 waits to be scored again" in badges(at)
    assert row(at, "fake")["state"] == ["fails"]
    assert (row(at, "fake")["calls"], row(at, "fake")["errors"]) == (11, "91 %")
    assert "most often: the model gave no answer in time." in said(at)
    assert not at.exception


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("model", "tei, in force, can't be used: the model can't be used; check it to read why ("),
        ("configuration", "can't be used: the settings of the model's backend are wrong; check it"),
        ("auth", "can't be used: the model refused our key ("),
        ("bad_shape", "does not answer: the model's answer could not be read ("),
    ],
)
def test_a_backend_that_was_unusable_from_the_start_is_the_first_thing_said(
    home: Path, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch, kind: str, words: str
):
    monkeypatch.setenv("TEST_KEY", "k")
    monkeypatch.setenv("MODCONSOLE_BACKEND", "tei")
    declare(home, "http://127.0.0.1:9", "tei")
    log(home, call(1, "tei", 9, kind))
    at = staff_page("backends", OPS)
    (line,) = [error.value.replace("\\", "") for error in at.error]
    assert words in line
    assert not at.exception


def test_the_circuit_of_another_process_is_read_from_its_log(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    log(home, call(1, "tei", 9, "connect"), call(2, "tei", 3, "circuit_open"))
    log(home, call(3, "tei", 8), process="score-7")
    at = staff_page("backends", OPS)
    at.session_state["backends_page"].chosen = "tei"
    at.run()
    assert row(at, "tei")["state"] == ["cools down"]
    assert row(at, "tei")["circuit"] == "open in 1 of 2"
    assert "api-42: circuit open, 2 failures in a row" in said(at)
    assert "score-7: circuit closed, answered" in said(at)


def test_perspectives_end_is_shown_with_the_alternatives(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "perspective")
    at = staff_page("backends", OPS)
    at.session_state["backends_page"].chosen = "perspective"
    at.run()
    assert not at.exception
    assert "The Perspective API ends on 31 December 2026." in said(at)
    assert "The Perspective API ends" in row(at, "perspective")["why"]
    (link,) = [node for node in at.main if type(node.proto).__name__ == "PageLink"]
    assert link.proto.page.endswith("parity")


def test_refusals_and_unreadable_lines_are_on_the_page(
    staff_page: StaffPage, services: Services, home: Path
) -> None:
    log(home, call(1, "fake", 30))
    line = RefusalRecord(
        refusal_id="r",
        refused_at=services.clock.now(),
        reason=RefusalReason.OVERLOADED,
        refused_count=24,
    )
    (home / "serving-log" / "api-7-1-0.jsonl").write_bytes(REFUSAL.encode(line) + b"?\n")
    at = staff_page("backends", OPS)
    assert "24 requests were refused" in at.warning[0].value
    assert "because the API was overloaded" in at.warning[0].value
    assert "1 line can't be read" in at.expander[0].label
    assert row(at, "fake")["calls"] == 1
    assert not at.exception
