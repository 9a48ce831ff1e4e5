"""The backends page: checking a backend and trying a text."""

from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.inference.cache import CachedBackend
from dashboard.wiring import current_services
from tests.contract.remote_server import (
    KEY,
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    softmax_of,
)
from tests.factories import CLEAN, HELD, HOSTILE
from tests.pages.backends_page import (
    OPS,
    StaffPage,
    check,
    declare,
    frame_with,
    modes_logged,
    row,
    try_text,
)
from tests.pages.conftest import carriers, said

pytestmark = pytest.mark.usefixtures("close_the_apps_services")


def test_check_now_asks_the_service_and_shows_its_revision(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    at = check(staff_page("backends", OPS), "tei")
    assert not at.exception
    assert row(at, "tei")["state"] == ["answers"]
    assert row(at, "tei")["model"] == "unitary/toxic-bert@4d6c22e74ba2"
    assert "Checked by hand 0 s ago: it answered in" in said(at)
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

    def answers(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.path.startswith("/tei"):
            return ServerAnswer({"error": {"message": f"no {KEY}"}}, 401)
        texts = asked.body["payload"]["comments"]
        return ServerAnswer({"data": {"results": [{"found": softmax_of(text)} for text in texts]}})

    server.override = answers
    at = check(check(staff_page("backends", OPS), "tei"), "json")
    assert row(at, "tei")["why"] == "tei answered 401"
    assert (row(at, "tei")["state"], row(at, "json")["state"]) == (["refused"], ["refused"])
    assert "Json gives scores that add up to 1 for every text, as a softmax does" in said(at)
    assert not at.exception


def test_several_backends_stand_side_by_side_with_thresholds_and_errors(
    home: Path, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei", "openai", "vllm")
    server.override = lambda a: ServerAnswer({}, 500) if a.path.startswith("/vllm") else None
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
    assert "All 3 backends lead to the same decision: held for review." in " ".join(
        c.value for c in at.caption
    )


def test_a_trial_moves_no_live_figure_no_cache_and_no_state(
    home: Path, services: Services, staff_page: StaffPage, server: RemoteServer
):
    declare(home, server.url, "tei")
    at = try_text(staff_page("backends", OPS), CLEAN, "fake", "tei")
    assert set(modes_logged(home)) == {"trial"}
    assert (row(at, "fake")["calls"], row(at, "tei")["calls"]) == (0, 0)
    own = current_services()
    assert "scorer" not in own.__dict__  # nothing that serves was touched, so no cache was
    assert not isinstance(own.spare_backends._kept["fake"], CachedBackend)
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

    def hostile(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.path == "/tei/info":
            return ServerAnswer(
                {"model_id": HOSTILE, "model_sha": "![x](http://example.invalid/z.png)"}
            )
        return None

    server.override = hostile
    at = try_text(staff_page("backends", OPS), HOSTILE, "tei")
    at = check(at, "tei")
    assert "example.invalid" in row(at, "tei")["model"]
    assert carriers(at, "example.invalid") <= {"Dataframe", "Arrow", "Text", "TextArea"}


def test_no_key_is_anywhere_on_the_page(home: Path, staff_page: StaffPage, server: RemoteServer):
    declare(home, server.url, "tei", "perspective")
    at = try_text(staff_page("backends", OPS), CLEAN, "tei", "perspective")
    at = check(at, "perspective")
    assert carriers(at, KEY) == set()
    assert server.asked
