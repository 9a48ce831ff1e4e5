"""The page Does it scale? for each role, without a test, with one, with many and with one
running."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus
from core.load_test.scalability import fit_usl
from core.moderation.permissions import Actor, Role
from core.processes.load_testing import LoadTestProcesses
from dashboard.scale.charts import latency_chart, law_chart, law_rows, step_rows
from tests.factories import LEAD, MODERATOR
from tests.load_tests import BEGAN, load_test, step
from tests.pages.conftest import press

Open = Callable[..., AppTest]
OPS, ADMIN, AUDITOR = (
    Actor("ola", Role.OPS),
    Actor("ada", Role.ADMIN),
    Actor("ines", Role.AUDITOR),
)
MAY_START = (LEAD, OPS)
MAY_SEE = (*MAY_START, MODERATOR, AUDITOR, ADMIN)
HOSTILE = "![x](http://evil.example/x.png) <b>bold</b> $x$ :red[red]"


def keep(services: Services, *tests: LoadTest) -> LoadTestFolder:
    folder = LoadTestFolder(services.settings.load_tests_dir)
    for test in tests:
        folder.write(test)
    return folder


def words(page: AppTest) -> str:
    parts = (*page.markdown, *page.caption, *page.info, *page.error, *page.warning)
    return "\n".join(str(each.value) for each in parts).replace("\\", "")


def buttons(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[LoadTest]:
    """The tests that the page started; nothing is sent."""
    found: list[LoadTest] = []
    monkeypatch.setattr(LoadTestProcesses, "start", lambda _self, test: found.append(test))
    return found


@pytest.mark.parametrize("actor", MAY_SEE, ids=lambda actor: actor.role)
def test_without_a_test_the_page_says_what_makes_one(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    page = staff_page("scale", actor)
    assert not page.exception
    assert "No load test was made here yet" in words(page)
    assert ("Start" in buttons(page)) is (actor in MAY_START)


@pytest.mark.parametrize("actor", MAY_SEE, ids=lambda actor: actor.role)
def test_one_test_shows_knee_headroom_and_law(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    keep(services, load_test())
    page = staff_page("scale", actor)
    assert not page.exception
    metric = {one.label: one.value for one in page.metric}
    assert metric == {
        "Knee, 1 worker": "168 /s", "Knee, 2 workers": "336 /s", "Knee, 4 workers": "672 /s",
    }  # fmt: skip
    said = words(page)
    assert "99 % of requests answered within 500 ms" in said
    assert "no live traffic in the last 7 days" in said
    assert "One worker answers 200 requests a second" in said
    assert "Stop" not in buttons(page)


def test_of_many_two_stand_side_by_side(services: Services, staff_page: Open) -> None:
    others = [
        load_test(f"b{at}", started_at=BEGAN + timedelta(hours=at), steps=(step(50.0 * (at + 1)),))
        for at in range(1, 13)
    ]
    keep(services, load_test(), *others)
    page = staff_page("scale", LEAD)
    assert len(page.selectbox(key="test").options) == 13
    assert "b12" in str(page.selectbox(key="test").value)
    assert len(page.metric) == 3
    other = next(name for name in page.selectbox(key="with").options if name.endswith("a1"))
    page.selectbox(key="with").set_value(other).run()
    assert not page.exception
    assert [one.value for one in page.metric] == ["650 /s", "–", "–", "168 /s", "336 /s", "672 /s"]
    assert len(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")) == 4


@pytest.mark.parametrize("actor", MAY_SEE, ids=lambda actor: actor.role)
def test_a_running_one_shows_how_far_it_is_and_who_may_stops_it(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    running = load_test("run1", status=LoadTestStatus.RUNNING, ended_at=None)
    folder = keep(services, running)
    page = staff_page("scale", actor)
    assert not page.exception
    assert "9 rounds and 24 rates so far; now near 736 a second" in words(page)
    assert ("Stop" in buttons(page)) is (actor in MAY_START)
    if actor in MAY_START:
        page = press(page, "stop_")
        assert folder.is_asked_to_stop("run1")
        assert "Stopping" in words(page)


def test_start_runs_the_chosen_plan_once(
    services: Services, staff_page: Open, started: list[LoadTest]
) -> None:
    page = staff_page("scale", OPS)
    page.number_input(key="seconds").set_value(2).run()
    page.button(key="start").click().run()
    assert not page.exception
    (test,) = started
    assert test.plan == LoadTestPlan(workers=(1, 2, 4), seconds=2.0)
    assert test.started_by == OPS.id
    assert "Starting." in words(page)
    page.button(key="start").click().run()
    assert len(started) == 1
    assert "runs already" in words(page)


def test_site_s_own_api_is_a_target(
    services: Services, staff_page: Open, started: list[LoadTest]
) -> None:
    page = staff_page("scale", OPS)
    page.get_by_key("target").set_value("This site's API").run()
    page.button(key="start").click().run()
    assert started[0].plan.url == f"http://127.0.0.1:{services.settings.api_port}"
    assert started[0].plan.workers == (1,)


def test_what_failed_and_hostile_words_are_told_as_they_are(
    services: Services, staff_page: Open
) -> None:
    keep(
        services,
        load_test(
            status=LoadTestStatus.FAILED, problem=HOSTILE, backend=HOSTILE, steps=(), rounds=()
        ),
    )
    page = staff_page("scale", MODERATOR)
    assert not page.exception
    assert HOSTILE in words(page)
    for element in (*page.error, *page.caption):
        assert "![x]" not in str(element.value)
        assert "<b>" not in str(element.value)


def test_objectives_file_that_is_wrong_is_told(services: Services, staff_page: Open) -> None:
    (services.settings.home / "objectives.toml").write_text("[objective.x]\nkind = 'odd'\n")
    page = staff_page("scale", OPS)
    assert not page.exception
    assert "objectives.toml" in words(page)


def test_charts_have_a_row_a_rate_and_stay_small() -> None:
    test = load_test()
    rows = step_rows(test.steps, 0.99)
    assert len(rows) == 18  # of the two tries of a rate, the last
    assert set(rows["objective"]) == {"holds", "breaks"}
    assert latency_chart(rows, 500.0).to_dict()
    fit = fit_usl(test.throughputs)
    assert fit is not None
    law = law_rows(fit, 4)
    assert law["workers"].iloc[[0, -1]].tolist() == [1, 8]
    assert (law["low"] <= law["the law"]).all()
    assert (law["the law"] <= law["high"]).all()
    assert law_chart(fit, dict(test.throughputs)).to_dict()
    alone = fit_usl({count: found[:1] for count, found in test.throughputs.items()})
    assert alone is not None
    assert law_chart(alone, {1: [200.0], 2: [350.0], 4: [500.0]}).to_dict()
