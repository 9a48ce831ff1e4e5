"""axe-core finds nothing serious on any page, in light and dark, on a wide screen, a tablet and a
phone, and a screen reader gets a tree in order."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.bootstrap.services import Services
from core.load_test.result_folder import LoadTestFolder
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.preferences import save_preferences
from core.texts.texts import STAFF_LANGUAGES
from tests.e2e.accessibility import grave_findings, read_in, tree_faults
from tests.e2e.conftest import open_signed_in, running, settle
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    decided,
    heard,
    make_services,
    removed_by_person,
    scored,
    unscored,
)
from tests.integration.quality_calls import agreed, differing, golden, waiting
from tests.latency_site import write_alert, write_log
from tests.load_tests import load_test

pytestmark = pytest.mark.e2e

NAMES = ("busy", "empty", "calls")
# A page that refreshes itself is faint for as long as it is drawn anew.
STOP_REFRESHING = "for (let id = setInterval(() => 0, 1e6); id > 0; id--) clearInterval(id)"
# Colour scheme, width and height.
SCREENS = tuple(
    (scheme, width, height)
    for width, height in ((1440, 860), (1024, 768), (390, 844))
    for scheme in ("light", "dark")
)
# Site, person, address; `{reference}` is that of a removed comment.
STATES = (
    ("busy", None, "/"),
    ("busy", "mina", "/review_queue"),
    ("busy", "lena", "/review_queue?status=Escalated"),
    ("busy", "lena", "/appeals"),
    ("busy", "lena", "/appeals?appeals=Ended"),
    ("busy", "lena", "/lookup?reference={reference}"),
    ("busy", "ola", "/overview"),
    ("busy", "lena", "/latency?window=1+h"),
    ("calls", "ola", "/latency?window=1+h"),
    ("calls", "ola", "/latency?window=1+h&compare=backend+gpu&part={part}"),
    ("busy", "ola", "/how_long"),
    ("busy", "ola", "/cost"),
    ("busy", "ola", "/does_it_scale"),
    ("busy", "ola", "/what_runs_here"),
    ("busy", "ola", "/what_runs_here?part=Models"),
    ("busy", "ola", "/what_runs_here?part=Data"),
    ("busy", "ola", "/what_runs_here?part=What+is+kept"),
    ("busy", "ola", "/backends"),
    ("busy", "ola", "/runs"),
    ("busy", "ola", "/parity"),
    ("busy", "ines", "/audit"),
    ("busy", "lena", "/transparency"),
    ("busy", "ada", "/api_keys"),
    ("busy", "ada", "/people"),
    ("busy", "lena", "/work"),
    ("busy", "mina", "/second_looks"),
    ("busy", "lena", "/quality"),
    ("busy", "lena", "/quality?part=Disagreements"),
    ("busy", "lena", "/quality?part=Golden+items"),
    ("busy", "ola", "/drift"),
    ("busy", "lena", "/policy?span=All"),
    ("busy", "ravi", "/policy"),
    ("busy", "mina", "/settings"),
    ("busy", "mina", "/help"),
    ("busy", "lena", "/settings"),
    ("empty", "mina", "/review_queue"),
    ("empty", "lena", "/appeals"),
    ("empty", "lena", "/lookup?reference=UNKNOWN"),
    ("empty", "ola", "/overview"),
    ("empty", "ola", "/latency"),
    ("empty", "ola", "/how_long"),
    ("empty", "ola", "/cost"),
    ("empty", "ola", "/does_it_scale"),
    ("empty", "ines", "/settings"),
    ("empty", "ada", "/api_keys"),
    ("empty", "ines", "/transparency"),
    ("empty", "ines", "/work"),
    ("empty", "ines", "/quality"),
    ("empty", "ola", "/drift"),
    ("empty", "mina", "/policy"),
    ("empty", "lena", "/policy"),
    ("author", None, "/"),
    ("author", None, "/?reference={reference}"),
    ("author", None, "/?reference={appealed}"),
    ("author", None, "/?reference=UNKNOWN"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses of the servers by name, and the references to look up."""

    addresses: dict[str, str]
    references: dict[str, str]


def fill(services: Services) -> dict[str, str]:
    """Cases, decisions and appeals of every kind."""
    removed = removed_by_person(services, HELD, note="It insults a person.")
    pending = removed_by_person(services, f"{HELD} And think of the street. " * 60)
    appealed(services, pending, "I quoted somebody. " * 100)
    heard(services, appealed(services, removed_by_person(services, HELD)), overturn=True)
    decided(services, scored(services, HELD), Action.ESCALATE)
    for text in (HELD, CLEAN, "I will kill you.", HELD):
        scored(services, text)
    unscored(services)
    differing(services)
    golden(services)
    agreed(services)
    waiting(services, actor=LEAD)
    LoadTestFolder(services.settings.load_tests_dir).write(load_test())
    save_preferences(
        services.context, MODERATOR, Preferences(left_out=(Label.THREAT,), is_lighter=True)
    )
    return {"reference": removed.reference, "appealed": pending.reference}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    homes: dict[str, Path] = {name: tmp_path_factory.mktemp(name) for name in NAMES}
    busy = make_services(homes["busy"])
    references = fill(busy)
    busy.close()
    make_services(homes["empty"]).close()
    calls = make_services(homes["calls"])
    now, hour = datetime.now(UTC), timedelta(hours=1)
    write_log(calls.serving_log_queries.directory, now, hour, 2_000)
    write_alert(calls.settings.alerts_dir, now, hour)
    calls.close()
    references["part"] = f"{now - hour / 2:%Y-%m-%dT%H:%M:%SZ}/{now - hour / 4:%Y-%m-%dT%H:%M:%SZ}"
    with ExitStack() as servers:
        addresses = {
            name: servers.enter_context(running("staff", home)) for name, home in homes.items()
        }
        addresses["author"] = servers.enter_context(running("author", homes["busy"]))
        yield Site(addresses, references)


def looks() -> Iterator[Any]:
    """Each state on each screen, in the languages in turn. `make test-slow` looks at every other
    state than the empty ones once, on the screens in turn; `make test-accessibility` at all."""
    for turn, state in enumerate(STATES):
        for place, screen in enumerate(SCREENS):
            is_usual = state[0] != "empty" and place == turn % len(SCREENS)
            language = STAFF_LANGUAGES[(turn + place) % len(STAFF_LANGUAGES)]
            name = f"{state[0]}-{state[1]}{state[2]}-{screen[0]}-{screen[1]}-{language}"
            marks = () if is_usual else pytest.mark.long
            yield pytest.param(state, screen, language, marks=marks, id=name)


@pytest.mark.parametrize(("state", "screen", "language"), list(looks()))
def test_nothing_serious_is_found(
    site: Site,
    new_page: Callable[[], Any],
    state: tuple[str, str | None, str],
    screen: tuple[str, int, int],
    language: str,
) -> None:
    (name, person, path), (scheme, width, height) = state, screen
    page = new_page()
    read_in(page, language)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    url = site.addresses[name] + path.format(**site.references)
    if person is None:
        page.goto(url)
    else:
        open_signed_in(page, url, person)
    page.locator(".stMain :is(h1, h2, h3):visible").first.wait_for()
    # Before timers end: what declares it is drawn by one.
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.evaluate(STOP_REFRESHING)
    settle(page, quiet_ms=700)
    assert page.locator(".stException").count() == 0
    assert grave_findings(page) == []
    assert tree_faults(page) == []


TREES = {
    "<main><h1>a</h1><button>b</button></main>": [],
    "<h1>a</h1>": ["not one main part", "no heading in the main part"],
    "<main><h1>a</h1></main><main><p>b</p></main>": ["not one main part"],
    "<main><p>a</p></main>": ["no heading in the main part"],
    "<main><h1>a</h1><h3>b</h3></main>": ["a heading of level 3 below one of level 1"],
    "<main><h1>a</h1><button></button></main>": ["no name: - button"],
    "<main><h1>a</h1><input></main>": ["no name: - textbox"],
    '<main><h1>a</h1><button>say "\\"</button></main>': [],
    "<main><h1>a</h1><button>arrow_drop_down</button></main>": [
        'the name of a picture: - button "arrow_drop_down"'
    ],
}


@pytest.mark.parametrize("html", TREES)
def test_a_fault_of_the_tree_would_be_found(new_page: Callable[[], Any], html: str) -> None:
    page = new_page()
    page.set_content(f"<html lang=en><title>t</title>{html}")
    assert tree_faults(page) == TREES[html]


def test_a_fault_would_be_found(new_page: Callable[[], Any]) -> None:
    page = new_page()
    page.set_content("<html lang=en><title>t</title><main><p style='color:#bbb'>pale</p></main>")
    (finding,) = grave_findings(page)
    assert finding.rule == "color-contrast"
    assert "pale" in finding.element
