"""The overview in every state, through the whole console."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.bootstrap.objectives import make_watch
from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.servinglog.record import ServingRecord
from dashboard.overview.view import load_overview, load_report
from dashboard.wiring import ACTOR_KEY
from tests.factories import LEAD, MODERATOR, unscored
from tests.pages.conftest import ROOT
from tests.patience import PATIENT_S
from tests.serving_incidents import INCIDENTS, TROUBLE_S, UNTIL, USUAL_S, Scene
from tests.servinglog_records import put, record

OPS, AUDITOR = Actor("ola", Role.OPS), Actor("ines", Role.AUDITOR)
ADMIN = Actor("ada", Role.ADMIN)
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    load_overview.clear()
    load_report.clear()
    yield
    st.cache_resource.clear()


def words(at: AppTest) -> str:
    found = [*at.title, *at.markdown, *at.text, *at.caption, *at.error, *at.warning]
    return "\n".join(str(element.value).replace("\\", "") for element in found)


def play(services: Services, name: str | None) -> None:
    """The log of that incident, as if it was going on now; of usual traffic without a name."""
    scene = Scene(1)
    scene.usual()
    if name is None:
        scene.usual(USUAL_S, USUAL_S + TROUBLE_S)
    else:
        INCIDENTS[name](scene)
    later = services.clock.now() - UNTIL
    for calls in scene.calls.values():
        calls[:] = [(at_s, _moved(one, later)) for at_s, one in calls]
    scene.refusals = [replace(one, refused_at=one.refused_at + later) for one in scene.refusals]
    scene.write(services.settings.serving_log_dir)


def _moved(one: ServingRecord, later: timedelta) -> ServingRecord:
    return replace(one, started_at=one.started_at + later)


def test_empty_console_says_that_nothing_came(staff_page: Open, services: Services) -> None:
    at = staff_page("overview", OPS)
    assert not at.exception
    assert "No live traffic" in words(at)
    assert "no call logged yet" in words(at)
    assert words(at).count("No event yet") == 4
    assert "Nobody: every request was let in and every comment was scored." in words(at)


def test_one_call_is_healthy(staff_page: Open, services: Services) -> None:
    moment = services.clock.now() - timedelta(seconds=30)
    put(services.settings.serving_log_dir, record("r", started_at=moment))
    at = staff_page("overview", OPS)
    assert not at.exception
    assert "Scoring is healthy" in words(at)
    assert "1 call in the last hour: none failed" in words(at)


@pytest.mark.parametrize("person", [OPS, MODERATOR, LEAD, AUDITOR, ADMIN], ids=lambda p: p.role)
def test_each_role_that_sees_serving_sees_it(
    staff_page: Open, services: Services, person: Actor
) -> None:
    play(services, "slow")
    at = staff_page("overview", person)
    assert not at.exception
    assert at.title[0].value.replace("\\", "").startswith("The backend gpu is slow: it answers in")
    assert "Compute took" in words(at)
    assert "What to do:" in words(at)


def test_healthy_hour(staff_page: Open, services: Services) -> None:
    play(services, None)
    at = staff_page("overview", OPS)
    assert not at.exception
    assert "Scoring is healthy" in words(at)
    assert "left" in words(at)


def test_who_is_shut_out_is_told(staff_page: Open, services: Services) -> None:
    play(services, "queue")
    unscored(services)
    at = staff_page("overview", OPS)
    assert "The queue is full" in words(at) or "Requests wait in the queue" in words(at)
    assert "because the API was overloaded" in words(at)
    assert "1 comment held for a person: no backend answered." in words(at)


def test_alert_that_goes_on_is_shown(staff_page: Open, services: Services) -> None:
    play(services, "dead")
    make_watch(services).look()
    at = staff_page("overview", OPS)
    assert not at.exception
    assert "is down" in words(at)
    assert "availability (page): began just now" in words(at)
    assert "too fast" in words(at)


def test_wrong_objectives_file_leaves_the_rest(staff_page: Open, services: Services) -> None:
    services.settings.objectives_path.write_text("[objective]\nx = 1\n")
    at = staff_page("overview", OPS)
    assert not at.exception
    assert "objectives.toml, objective 'x' is not a table" in words(at)
    assert "Backends" in words(at)


def test_unreadable_shared_store_is_told(
    staff_page: Open, services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODCONSOLE_LOG_STORE", str(tmp_path / "not there"))
    at = staff_page("overview", OPS)
    assert not at.exception
    assert len(at.warning) == 1


@pytest.mark.parametrize(
    ("person", "title"), [(OPS, "Overview"), (AUDITOR, "Review queue")], ids=lambda p: str(p)[:12]
)
def test_ops_open_on_the_overview(services: Services, person: Actor, title: str) -> None:
    at = AppTest.from_file(ROOT / "dashboard" / "app.py", default_timeout=PATIENT_S)
    at.session_state[ACTOR_KEY] = person.id
    at.query_params["view"] = "plain"
    at.run()
    assert at.subheader[0].value == title
