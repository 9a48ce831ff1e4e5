"""The page of the backends for each role, in every state, with a service on loopback."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.bootstrap import Services
from core.inference.cache import CachedBackend
from core.inference.local import choice
from core.moderation.permissions import Actor, Role
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.writer import encode
from dashboard.wiring import current_services
from tests.contract.remote_configs import TABLES, toml_of
from tests.contract.remote_server import KEY, Asked, RemoteServer, Told, softmax_of
from tests.factories import CLEAN, HELD, HOSTILE, LEAD, MODERATOR, unscored
from tests.pages.conftest import carriers, said

OPS = Actor("ola", Role.OPS)
AUDITOR = Actor("ines", Role.AUDITOR)
ADMIN = Actor("ada", Role.ADMIN)
StaffPage = Callable[..., AppTest]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as running:
        yield running


@pytest.fixture(autouse=True)
def close_the_apps_services(home: Path) -> Iterator[None]:
    yield
    try:
        current_services().close()
    finally:
        st.cache_resource.clear()


def declare(home: Path, url: str, *kinds: str, **more: Any) -> None:
    tables = [
        {"name": kind, "kind": kind, "url": f"{url}/{kind}", "key_env": "TEST_KEY", **TABLES[kind]}
        | more
        for kind in kinds
    ]
    (home / "backends.toml").write_text(toml_of(tables))


def log(home: Path, *calls: ServingRecord, process: str = "api-42") -> None:
    folder = home / "serving-log"
    folder.mkdir(exist_ok=True)
    (folder / f"{process}-1-0.jsonl").write_bytes(b"".join(map(encode, calls)))


def call(number: int, backend: str, age_s: float, error: str | None = None) -> ServingRecord:
    return ServingRecord(
        request_id=f"r{number}-{backend}",
        started_at=datetime.now(UTC) - timedelta(seconds=age_s),
        mode=Mode.REALTIME,
        backend=backend,
        model_version="v1",
        runtime="x",
        precision="x",
        location="remote",
        batch_size=1,
        chars=10,
        total_ms=20.0,
        error_kind=error,
    )


def row(at: AppTest, name: str) -> dict[str, Any]:
    table = next(frame.value for frame in at.dataframe if "state" in frame.value)
    return dict(table[table["backend"] == name].iloc[0])


def frame_with(at: AppTest, column: str) -> Any:
    return next(frame.value for frame in at.dataframe if column in frame.value)


def check(at: AppTest, name: str) -> AppTest:
    at.session_state["asking"].chosen = name
    at.run()
    return at.button(key=f"check_{name}").click().run()


def try_text(at: AppTest, text: str, *names: str) -> AppTest:
    at.pills(key="trial_names").set_value(list(names))
    at.text_area(key="trial_text").set_value(text)
    return at.button(key="trial_go").click().run()


def badges(at: AppTest) -> str:
    return " ".join(element.value for element in at.markdown).replace("\\", "")


def modes_logged(home: Path) -> list[str]:
    """The modes of every call the log holds."""
    return [series.mode for series in ServingLogQueries(home / "serving-log").series_names()]


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS, ADMIN, AUDITOR], ids=lambda a: a.role)
def test_staff_see_how_backends_stand_and_only_some_may_ask(staff_page: StaffPage, actor: Actor):
    at = staff_page("backends", actor)
    assert not at.exception
    assert row(at, "fake")["use"] == "in force"
    may_ask = actor in (LEAD, OPS, ADMIN)
    assert at.button(key="check_fake").disabled is not may_ask
    assert bool(at.text_area) is may_ask
    if not may_ask:
        assert f"As {actor.role} you may not ask a backend." in [c.value for c in at.caption]


def test_an_author_sees_only_why_not() -> None:
    def page(actor: object) -> None:
        from dashboard.screens.backends import render

        render(None, actor)

    at = AppTest.from_function(page, kwargs={"actor": Actor("sam", Role.AUTHOR)}).run()
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


def test_check_now_asks_the_service_and_shows_its_revision(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    at = check(staff_page("backends", OPS), "tei")
    assert not at.exception
    assert row(at, "tei")["state"] == ["answers"]
    assert row(at, "tei")["model"] == "unitary/toxic-bert@4d6c22e74ba2"
    assert "Asked by hand 0 s ago: it answered in" in said(at)
    asked = len(server.asked)
    assert asked > 1
    at.run()
    assert len(server.asked) == asked
    assert row(at, "tei")["calls"] == 0
    assert set(modes_logged(home)) == {"trial"}


def test_check_now_of_a_service_that_is_down_or_misread_says_so(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei", "json")

    def answers(asked: Asked) -> Told | None:
        if asked.path.startswith("/tei"):
            return Told({"error": {"message": f"no {KEY}"}}, 401)
        texts = asked.body["payload"]["comments"]
        return Told({"data": {"results": [{"found": softmax_of(text)} for text in texts]}})

    server.override = answers
    at = check(check(staff_page("backends", OPS), "tei"), "json")
    assert row(at, "tei")["why"] == "tei answered 401"
    assert (row(at, "tei")["state"], row(at, "json")["state"]) == (["refused"], ["refused"])
    assert "Json gives scores that add up to 1 for every text, as a softmax does" in said(at)
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
    assert "1 wait to be scored again" in badges(at)
    assert row(at, "fake")["state"] == ["fails"]
    assert (row(at, "fake")["calls"], row(at, "fake")["errors"]) == (11, "91 %")
    assert "most often: the model gave no answer in time." in said(at)
    assert not at.exception


def test_the_circuit_of_another_process_is_read_from_its_log(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    log(home, call(1, "tei", 9, "connect"), call(2, "tei", 3, "circuit_open"))
    log(home, call(3, "tei", 8), process="score-7")
    at = staff_page("backends", OPS)
    at.session_state["asking"].chosen = "tei"
    at.run()
    assert row(at, "tei")["state"] == ["cools down"]
    assert row(at, "tei")["circuit"] == "open in 1 of 2"
    assert "api-42: circuit open, 2 failures in a row" in said(at)
    assert "score-7: circuit closed, answered" in said(at)


def test_several_backends_stand_side_by_side_with_thresholds_and_errors(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei", "openai", "vllm")
    server.override = lambda a: Told({}, 500) if a.path.startswith("/vllm") else None
    at = try_text(staff_page("backends", OPS), HELD, "vllm", "fake", "tei", "openai")
    assert not at.exception
    outcomes = frame_with(at, "would be")
    assert list(outcomes["backend"]) == ["fake", "tei", "openai", "vllm"]
    assert [words.split(":")[0] for words in outcomes["would be"]] == [
        *["held for review"] * 3,
        "held for review, by the failure policy",
    ]
    assert list(outcomes["took"])[-1] == "–"
    assert "vllm answered 500, 3 attempts." in said(at)
    scores = frame_with(at, "hold ≥").set_index("label")
    assert scores.loc["insult", "tei"].startswith("0.9")
    assert scores.loc["insult", "tei"].endswith("hold")
    assert scores.loc["self-harm", "openai"] == "0.00"
    assert scores.loc["insult", "hold ≥"] != "–"
    assert "vllm" not in scores
    assert "All 3 would have it held for review." in " ".join(c.value for c in at.caption)


def test_a_trial_moves_no_live_figure_no_cache_and_no_state(
    home: Path, services: Services, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    at = try_text(staff_page("backends", OPS), CLEAN, "fake", "tei")
    assert set(modes_logged(home)) == {"trial"}
    assert (row(at, "fake")["calls"], row(at, "tei")["calls"]) == (0, 0)
    own = current_services()
    assert "scorer" not in own.__dict__  # nothing that serves was touched, so no cache was
    assert not isinstance(own.bench._kept["fake"], CachedBackend)
    with services.context.store.read() as reader:
        assert reader.is_empty()


def test_a_text_that_cannot_be_a_comment_and_no_choice_are_said(staff_page: StaffPage):
    at = try_text(staff_page("backends", OPS), "   ", "fake")
    assert [error.value for error in at.error] == ["The text is empty."]
    at = try_text(at, CLEAN)
    assert [error.value for error in at.error] == ["Choose at least one backend."]
    assert not at.exception


def test_what_is_typed_and_what_a_server_says_is_inert(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")

    def hostile(asked: Asked) -> Told | None:
        if asked.path == "/tei/info":
            return Told({"model_id": HOSTILE, "model_sha": "![x](http://example.invalid/z.png)"})
        return None

    server.override = hostile
    at = try_text(staff_page("backends", OPS), HOSTILE, "tei")
    at = check(at, "tei")
    assert "example.invalid" in row(at, "tei")["model"]
    assert carriers(at, "example.invalid") <= {"Dataframe", "Arrow", "Text", "TextArea"}


def test_perspectives_end_is_told_with_the_way_out(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "perspective")
    at = staff_page("backends", OPS)
    at.session_state["asking"].chosen = "perspective"
    at.run()
    assert not at.exception
    assert "The Perspective API ends on 31 December 2026." in said(at)
    assert "The Perspective API ends" in row(at, "perspective")["why"]
    (link,) = [node for node in at.main if type(node.proto).__name__ == "PageLink"]
    assert link.proto.page.endswith("parity")


def test_no_key_is_anywhere_on_the_page(home: Path, staff_page: StaffPage, server: RemoteServer):
    declare(home, server.url, "tei", "perspective")
    at = try_text(staff_page("backends", ADMIN), CLEAN, "tei", "perspective")
    at = check(at, "perspective")
    assert carriers(at, KEY) == set()
    assert server.asked
