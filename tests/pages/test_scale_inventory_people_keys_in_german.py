"""The pages Does it scale?, What runs here?, People and API keys in German: no English sentence of
theirs is left, in any state."""

import re
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.text_format import MessageToString
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus
from core.moderation.api_keys import ALL_SCOPES
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.preferences import Preferences
from core.processes.load_testing import LoadTestProcesses
from core.services.people import disable_person, invite_person
from core.services.preferences import save_preferences
from core.serving.api_keys import KeyFolder
from core.texts.texts import staff_texts_in
from dashboard.inventory.screen import PARTS
from dashboard.staff_texts import reading
from tests.factories import LEAD
from tests.load_tests import BEGAN, load_test, step
from tests.pages.conftest import press

Open = Callable[..., AppTest]
OPS, ADMIN = Actor("ola", Role.OPS), Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
PAGES = ("scale.", "inventory.", "people.", "keys.")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NAMES_OF_COLUMNS = re.compile(r'"[^"]*": *\{')


@pytest.fixture
def german(services: Services, staff_page: Open) -> Iterator[Open]:
    """Opens a page whose person reads German; so does the test, which asks widgets for words."""
    for actor in (LEAD, OPS, ADMIN, AUDITOR):
        save_preferences(services.context, actor, Preferences(language="de"))
    with reading("de"):
        yield staff_page


def english_pieces() -> dict[str, str]:
    """What stands in the English sentences of these pages between their values, if it has three
    words and is not in the German sentence."""
    german = staff_texts_in("de").sentences
    pieces: dict[str, str] = {}
    for key, sentence in staff_texts_in("en").sentences.items():
        if key.startswith(PAGES):
            for piece, *_ in string.Formatter().parse(sentence):
                if len(re.findall(r"[^\W\d]+", piece)) >= 3 and piece not in german[key]:
                    pieces[piece] = key
    return pieces


def rendered(page: AppTest) -> str:
    """All that the page shows; of a table its cells and titles, not the names of its columns."""
    parts: list[str] = []
    for node in page.main:
        proto = getattr(node, "proto", None)
        if hasattr(proto, "columns") and hasattr(proto, "arrow_data"):
            parts += [proto.columns, *map(str, node.value.to_numpy().ravel())]
        elif proto is not None:
            parts.append(MessageToString(proto, as_utf8=True))
    return NAMES_OF_COLUMNS.sub("", "\n".join(parts).replace("\\", ""))


def check(page: AppTest, *words: str) -> None:
    """German words stand there, and none of the English ones."""
    assert not page.exception
    shown = rendered(page)
    assert {key: piece for piece, key in english_pieces().items() if piece in shown} == {}
    assert [each for each in words if each not in shown] == []


def keep(services: Services, *tests: LoadTest) -> None:
    for test in tests:
        LoadTestFolder(services.settings.load_tests_dir).write(test)


def test_english_words_would_be_seen(services: Services, staff_page: Open) -> None:
    pieces = english_pieces()
    assert len(pieces) > 100
    for name in ("scale", "inventory", "people", "keys"):
        shown = rendered(staff_page(name, ADMIN))
        assert any(piece in shown for piece, key in pieces.items() if key.startswith(name))


def test_scale_before_the_first_test(german: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LoadTestProcesses, "start", lambda _self, _test: None)
    page = german("scale", OPS)
    check(page, "Skaliert es?", "Lasttest starten", "Ziel: 99 % der Anfragen", "Eigene Server")
    page = page.button(key="start").click().run()
    check(page, "gestartet von ola", "Wird gestartet.")


def test_scale_with_results(services: Services, german: Open) -> None:
    busy = load_test(
        "b2", started_at=BEGAN + timedelta(hours=1), steps=(step(0.5, client_cpu=0.95),), rounds=()
    )
    keep(services, load_test(), busy)
    page = german("scale", LEAD)
    check(page, "Knick, 1 Worker", "lastete schon der Sender", "bei keiner Rate eingehalten")
    assert page.selectbox(key="with").options[0] == "nichts"
    page = page.selectbox(key="with").set_value("a1").run()
    check(
        page,
        "Was mehr Worker bringen",
        "Latenz bei steigender Rate",
        "Ein Worker beantwortet 200 Anfragen",
    )
    assert [page.selectbox(key=key).value for key in ("test", "with")] == ["b2", "a1"]


def test_scale_of_a_site_s_own_api_and_of_a_failed_test(services: Services, german: Open) -> None:
    site = LoadTestPlan(url="http://127.0.0.1:8000")
    failed = {"status": LoadTestStatus.FAILED, "problem": "boom", "backend": None}
    odd = load_test("c3", plan=site, **failed, model_version=None, steps=(step(10, p99_ms=None),))
    keep(services, odd)
    check(german("scale", LEAD), "Backend nicht bekannt", "fehlgeschlagen", "nichts beantwortet")


def test_scale_while_one_runs(services: Services, german: Open) -> None:
    keep(services, load_test("run1", status=LoadTestStatus.RUNNING, ended_at=None))
    page = german("scale", OPS)
    check(page, "Bisher 9 Runden und 24 Raten; zurzeit rund 736 pro Sekunde.")
    check(press(page, "stop_"), "Wird gestoppt")


def test_a_link_to_a_load_test_is_read_in_any_language(services: Services, german: Open) -> None:
    keep(services, load_test("a1"), load_test("b2", started_at=BEGAN + timedelta(hours=1)))
    link = {"test": "23 Nov 12:00 · own servers, 1, 2 and 4 workers · done · a1", "with": "nothing"}
    page = german("scale", LEAD, **link)
    assert page.selectbox(key="test").value == "a1"
    assert page.selectbox(key="with").value == "nothing"
    link = {"test": "23. Nov. 13:00 · eigene Server · fertig · a1", "with": "… · läuft · b2"}
    page = german("scale", Actor("mina", Role.MODERATOR), **link)
    assert [page.selectbox(key=key).value for key in ("test", "with")] == ["a1", "b2"]


@pytest.mark.parametrize("part", PARTS)
def test_inventory_part(german: Open, part: str) -> None:
    page = german("inventory", LEAD, part=part)
    check(page, "Was läuft hier?")
    assert page.get_by_key("part").value == part
    if part == "What is kept":
        check(page, "- wie lange: für immer", "- nach einer Löschung bleibt: ")
    else:
        assert len(page.dataframe[0].value) > 5


def test_inventory_of_another_model(
    german: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODCONSOLE_MODEL", str(tmp_path / "other"))
    check(german("inventory", LEAD, part="Data"), "Der Ordner dieses Modells sagt nichts")


def test_a_link_in_german_is_read_in_english(services: Services, staff_page: Open) -> None:
    page = staff_page("inventory", LEAD, part="Was gespeichert wird")
    assert page.get_by_key("part").value == "What is kept"


def test_people(services: Services, german: Open) -> None:
    page = german("people", ADMIN)
    check(page, "Personen", "Einladen", "Sperren", "hier vergeben", "Rollen von")
    page.text_input(key="person_name").set_value("eva").run()
    page.button_group(key="person_roles").set_value([Role.ADMIN, Role.MODERATOR]).run()
    check(page, "Moderation: entscheidet die Fälle der Warteschlange")
    check(page.button(key="invite_person").click().run(), "eva kann sich jetzt anmelden")
    page.selectbox(key="chosen_person").set_value("eva").run()
    page.button_group(key="roles_of_eva").set_value([]).run()
    check(page.button(key="give_roles").click().run(), "eva hat von jetzt an keine Rolle mehr")
    page.button_group(key="roles_of_eva").set_value([Role.LEAD]).run()
    check(page.button(key="give_roles").click().run(), "eva hat von jetzt an die Rollen: Leitung.")
    check(page.button(key="disable_person").click().run(), "eva ist abgemeldet", "gesperrt am ")
    check(page.button(key="enable_person").click().run(), "eva darf sich wieder anmelden")


def test_one_lead_alone_and_none(services: Services, german: Open) -> None:
    disable_person(services.context, SYSTEM, "ravi")
    check(german("people", AUDITOR), "Nur eine Person darf hier", "MODCONSOLE_PUBLISH_ALONE=yes")
    invite_person(services.context, SYSTEM, "eva", [Role.OPS])
    disable_person(services.context, SYSTEM, "lena")
    check(german("people", AUDITOR), "Niemand darf hier ein Regelwerk veröffentlichen")


def test_keys(services: Services, german: Open) -> None:
    page = german("keys", ADMIN)
    check(page, "API-Schlüssel", "Es gibt noch keinen Schlüssel.", "in einem Jahr")
    page.text_input(key="key_name").set_value("site").run()
    check(page.button(key="make_key").click().run(), "Der neue Schlüssel site")
    folder = KeyFolder(services.settings.api_keys_dir)
    folder.create("old", NOW, ALL_SCOPES, NOW - timedelta(days=1))
    folder.create("lasting", NOW)
    page = page.run()
    check(page, "abgelaufen am 2026-11-28 12:00", "unbefristet", "Entscheidungen lesen")
    check(page.button(key="revoke_key").click().run(), "Widerrufen")
