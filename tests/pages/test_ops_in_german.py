"""The pages Overview, Backends, Cost and Drift in German, in their main states."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from google.protobuf import text_format
from streamlit.testing.v1 import AppTest

from core.bootstrap.objectives import make_watch
from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.moderation.preferences import Preferences
from core.services.preferences import save_preferences
from core.texts.texts import staff_texts_in
from dashboard.overview.view import load_overview, load_report
from tests.factories import CLEAN, HELD, LEAD, make_services, scored, unscored
from tests.integration.drift_calls import a_day
from tests.moving_clock import MovingClock
from tests.pages.backends_page import AUDITOR, OPS, call, check, declare, log, try_text
from tests.pages.test_overview_page import play
from tests.serving_incidents import INCIDENTS

Open = Callable[..., AppTest]
PAGES = ("overview", "backends", "cost", "drift", "shares")
ENGLISH, GERMAN = staff_texts_in("en").sentences, staff_texts_in("de").sentences
FIELD = "drift.days.in_band"
"""In English these words are the name of a field in the data of a chart, too."""
PRICES = '[price.fake]\nper_1000_comments = 0.5\ncurrency = "EUR"\n'

pytestmark = pytest.mark.usefixtures("close_the_apps_services")


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    load_overview.clear()
    load_report.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def german(services: Services, staff_page: Open) -> Open:
    """Opens a page as a person who reads German."""

    def open_page(name: str, actor: Actor) -> AppTest:
        save_preferences(services.context, actor, Preferences(language="de"))
        return staff_page(name, actor)

    return open_page


def rendered(at: AppTest) -> str:
    """All that the page shows or tells a screen reader, with the cells of its tables."""
    protos = [node.proto for node in at.main if getattr(node, "proto", None)]
    parts = [text_format.MessageToString(proto, as_utf8=True) for proto in protos]
    for table in at.dataframe:
        parts += [str(table.value.columns.tolist()), str(table.value.to_numpy().tolist())]
    return "\n".join(parts).replace("\\", "")


def parts_of(sentence: str) -> list[str]:
    """What stands between the values of a sentence, if it is three words or more."""
    parts = re.split(r"\{\w+\}", sentence)
    return [part for part in parts if len(re.findall(r"[^\W\d_]{2,}", part)) >= 3]


def assert_german(at: AppTest) -> None:
    assert not at.exception
    words = rendered(at)
    for key, english in ENGLISH.items():
        if key.partition(".")[0] in PAGES and GERMAN[key] != english and key != FIELD:
            assert not [part for part in parts_of(english) if part in words], key


def test_the_texts_have_sentences_to_look_for() -> None:
    for page in PAGES[:4]:
        own = [text for key, text in ENGLISH.items() if key.startswith(f"{page}.")]
        assert len([text for text in own if parts_of(text)]) >= 10


def test_overview_of_a_new_console(german: Open) -> None:
    at = german("overview", OPS)
    assert_german(at)
    assert "Noch kein Ereignis" in rendered(at)


@pytest.mark.parametrize("incident", [None, *INCIDENTS])
def test_overview_of_an_incident(german: Open, services: Services, incident: str | None) -> None:
    play(services, incident)
    unscored(services)
    make_watch(services).look()
    at = german("overview", OPS)
    assert_german(at)
    assert "1 Kommentar für einen Menschen zurückgehalten: kein Backend antwortete." in rendered(at)


def test_overview_says_times_and_phases_in_german(german: Open, services: Services) -> None:
    play(services, "slow")
    at = german("overview", OPS)
    words = rendered(at)
    assert at.title[0].value.startswith("Das Backend gpu ist langsam\\: Es antwortet in")
    assert "Was zu tun ist:" in words
    assert "Wo die Zeit bleibt" in words
    assert "Latenz" in words


@pytest.mark.parametrize("actor", [OPS, AUDITOR], ids=lambda actor: actor.role)
def test_backends_of_a_new_console(german: Open, actor: Actor) -> None:
    at = german("backends", actor)
    assert_german(at)
    assert "im Einsatz: fake" in rendered(at)


def test_backends_in_an_outage(german: Open, services: Services, home: Path) -> None:
    unscored(services)
    log(home, call(0, "fake", 60), *[call(n, "fake", 30 - n, "timeout") for n in range(9)])
    at = german("backends", OPS)
    assert_german(at)
    assert "zurzeit im Einsatz, antwortet nicht" in at.error[0].value.replace("\\", "")
    assert "1 wartet auf neue Bewertung" in rendered(at)


def test_backends_with_languages_that_nothing_assesses(
    german: Open, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODCONSOLE_LANGUAGES", "en,fr")
    for number in range(18):
        scored(services, f"{CLEAN} {number}")
    for number in range(3):
        scored(services, f"Ich bringe dich um, du Schwein. {number}")
    at = german("backends", OPS)
    assert_german(at)
    words = at.warning[0].value.replace("\\", "")
    assert "3× Deutsch" in words
    assert "die die Website erwartet (MODCONSOLE_LANGUAGES): Französisch." in words


def test_a_check_and_a_trial_of_backends(german: Open, home: Path) -> None:
    declare(home, "http://127.0.0.1:9", "tei")
    at = check(german("backends", OPS), "fake")
    assert_german(at)
    assert "Von Hand geprüft" in rendered(at)
    at = try_text(at, HELD, "fake")
    assert_german(at)
    assert "halten ≥" in rendered(at)
    assert_german(try_text(at, HELD))


def test_cost_without_calls_without_prices_and_with_them(german: Open, services: Services) -> None:
    assert_german(german("cost", OPS))
    scored(services, HELD)
    st.cache_data.clear()
    at = german("cost", OPS)
    assert_german(at)
    assert "kein Preis angegeben" in rendered(at)
    st.cache_data.clear()
    services.settings.prices_path.write_text(
        f'{PRICES}[price.tei]\nper_hour = 1\ncurrency = "EUR"\n', encoding="utf-8"
    )
    at = german("cost", OPS)
    assert_german(at)
    assert at.dataframe[0].value.iloc[0]["ausgelastet"] == "0,50 EUR"


def test_drift_of_a_new_site_of_today_and_of_few_days(german: Open, services: Services) -> None:
    assert_german(german("drift", LEAD))
    scored(services, HELD)
    st.cache_data.clear()
    assert_german(german("drift", OPS))
    clock = MovingClock(datetime.now(UTC) - timedelta(days=1))
    settings = services.settings
    past = make_services(settings.home, clock=clock.clock, state_url=settings.state_url)
    a_day(past, clock, held=4)
    past.close()
    st.cache_data.clear()
    at = german("drift", OPS)
    assert_german(at)
    assert set(at.dataframe[0].value["Befund"]) == {"zu wenige Tage"}
    assert re.match(r"\d+\\\. ", at.caption[0].value), "no list of Markdown"
    assert at.selectbox(key="measure").options[0] == "Markierungsquote"


def test_a_choice_in_the_address_is_read_in_any_language(
    german: Open, services: Services, staff_page: Open
) -> None:
    scored(services, HELD)
    german("drift", OPS)
    for against in ("the first days", "den ersten Tagen", "les premiers jours"):
        at = staff_page("drift", OPS, against=against, span="28 jours")
        assert_german(at)
        assert at.segmented_control(key="against").value == "the first days"
        assert at.segmented_control(key="span").value == "28 days"
