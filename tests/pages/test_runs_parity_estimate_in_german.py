"""The pages Runs, Parity and How long? for somebody who reads German."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Dataframe

from core.batch.schedule.history import JobRun
from core.batch.schedule.locks import alone
from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.moderation.preferences import Preferences
from core.processes.ports import free_port
from core.services.preferences import save_preferences
from core.services.sign_in import sign_in
from core.texts.texts import staff_texts_in
from dashboard.runs.download import ROUTE
from dashboard.wiring import cookie_name, current_services
from tests.contract.remote_configs import declare
from tests.contract.remote_server import RemoteServer
from tests.factories import LEAD, scored
from tests.pages.nightly import Nightly
from tests.pages.test_estimate_page import calls
from tests.pages.test_parity_page import compare, softer
from tests.pages.test_runs_page import declare as declare_jobs
from tests.pages.test_runs_page import ran
from tests.servinglog_records import put

OPS = Actor("ola", Role.OPS)
ENGLISH, GERMAN = staff_texts_in("en").sentences, staff_texts_in("de").sentences
Open = Callable[..., AppTest]


def rendered(page: AppTest) -> str:
    """All that is sent to the browser, but for names of columns that have another heading."""
    parts = []
    for node in page.main:
        if isinstance(node, Dataframe):
            headings = {
                name: one.get("label") for name, one in json.loads(node.proto.columns).items()
            }
            parts += [str(headings.get(str(name)) or name) for name in node.value.columns]
            parts += [str(cell) for cell in node.value.to_numpy().ravel()]
            parts += [str(one) for one in json.loads(node.proto.columns).values()]
            parts.append(node.proto.alt)
        elif hasattr(node, "proto"):
            parts.append(str(node.proto))
    return "\n".join(parts).replace("\\", "")


def english_in(page: AppTest, table: str) -> set[str]:
    """Pieces of three or more words that German says otherwise."""
    shown = rendered(page)
    pieces = {
        piece.strip()
        for key, sentence in ENGLISH.items()
        if key.startswith(f"{table}.") and GERMAN[key] != sentence
        for piece in re.split(r"\{\w+\}", sentence)
        if len(re.findall(r"[A-Za-z']+", piece)) >= 3
    }
    return {piece for piece in pieces if piece in shown}


@pytest.fixture(autouse=True)
def _german(services: Services) -> None:
    for actor in (LEAD, OPS):
        save_preferences(services.context, actor, Preferences(language="de"))


def check(page: AppTest, table: str, *words: str) -> None:
    assert not page.exception
    assert english_in(page, table) == set()
    shown = "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.text))
    shown += "\n".join(str(one.value) for one in (*page.info, *page.warning, *page.success))
    for each in words:
        assert each in shown.replace("\\", "")


def test_how_long_of_an_empty_log(staff_page: Open) -> None:
    check(staff_page("estimate", LEAD), "estimate", "Der Befehl modconsole score macht welche")


def test_how_long_with_levers(services: Services, staff_page: Open) -> None:
    put(services.settings.serving_log_dir, *calls(services, 80))
    page = staff_page("estimate", LEAD, comments="1600")
    check(page, "estimate", "1.600 Kommentare mit onnx, in Aufrufen zu 16", "neun von zehn")
    assert {"Stapel", "Kaskade"} <= set(page.dataframe[0].value["lever"])
    page.number_input(key="replicas").set_value(2).run()
    check(page, "estimate", "Es ist der beste Fall.")


def test_how_long_of_too_few_calls(services: Services, staff_page: Open) -> None:
    put(services.settings.serving_log_dir, *calls(services, 80))
    page = staff_page("estimate", LEAD, comments="9000", batch="900")
    check(page, "estimate", "Protokolliert sind 0 mit etwa 900 Kommentaren, nötig sind 8.")


def test_parity_without_a_backend(staff_page: Open) -> None:
    check(staff_page("parity", LEAD), "parity", "sobald backends.toml sie angibt")


def test_parity_of_backends_that_agree(home: Any, server: RemoteServer, staff_page: Open) -> None:
    declare(
        home,
        gone={"kind": "console", "url": f"http://127.0.0.1:{free_port()}", "attempts": 1},
        leaving={"kind": "perspective", "url": f"{server.url}/perspective"},
    )
    page = staff_page("parity", OPS)
    check(page, "parity", "Die Texte werden gesendet an: gone", "31. Dezember 2026")
    page.get_by_key("parity_count").set_value(50).run()
    page = compare(page)
    check(page, "parity", "Die Werte stimmen überein.", "mitgelieferte Stichprobe, 50 von")
    assert "Keine Entscheidung fiele anders aus." in [one.value for one in page.success]
    assert "gone: nicht verglichen" in rendered(page)


def test_parity_of_backends_that_differ(
    home: Any, server: RemoteServer, services: Services, staff_page: Open
) -> None:
    for number in range(6):
        scored(services, f"You moron number {number}.")
    server.override = softer
    declare(home, softer={"kind": "json", "url": f"{server.url}/json"})
    page = compare(staff_page("parity", OPS))
    check(page, "parity", "6 Kommentare sind wenig: Unter 50", "Kommentare, über die anders")
    flips = next(one.value for one in page.dataframe if "same thresholds" in one.value.columns)
    assert set(flips["reference"]) == {"entfernen"}


def test_parity_of_a_reference_that_is_down(
    home: Any, server: RemoteServer, staff_page: Open
) -> None:
    declare(home, gone={"kind": "console", "url": f"http://127.0.0.1:{free_port()}", "attempts": 1})
    page = staff_page("parity", OPS)
    page.get_by_key("parity_reference").set_value("gone").run()
    page = compare(page, "fake")
    check(page, "parity")
    assert page.error[0].value == "Diese Backends konnten nicht verglichen werden."


def test_runs_without_a_job(staff_page: Open) -> None:
    check(staff_page("runs", OPS), "runs", "Noch ist kein Auftrag angelegt.", "docs/tables.md")


def test_runs_that_never_began(services: Services, staff_page: Open) -> None:
    declare_jobs(services)
    page = staff_page("runs", OPS)
    check(page, "runs", "Er ist noch nicht gelaufen.", "Kein Prozess startet die Aufträge")
    assert set(page.dataframe[0].value["last run"]) == {"lief noch nie"}


def test_runs_that_failed(services: Services, staff_page: Open) -> None:
    history = declare_jobs(services)
    codes = (130, 77, 3, 1, 0, 0, None, 2)
    made = [ran(history, len(codes) - at, code, 40.0 + at) for at, code in enumerate(codes)]
    assert isinstance(made[-1], JobRun)
    with alone(history.folder):
        page = staff_page("runs", OPS)
    check(page, "runs", "Der letzte Lauf von nightly endete nicht erfolgreich")
    assert list(page.dataframe[1].value["outcome"])[:3] == ["falsche Verwendung", "läuft", "fertig"]
    assert "Exitcode 77" in set(page.dataframe[1].value["outcome"])


def test_results_of_a_run(nightly: Callable[..., Nightly], staff_page: Open) -> None:
    nightly().run(1, "Fine.", "You idiot.", "")
    page = staff_page("runs", OPS)
    check(page, "runs", "Es gibt keinen früheren Lauf dieses Auftrags", "Höchste Werte zurück")
    outcomes = page.dataframe[2].value
    assert list(outcomes["outcome"]) == [
        "freigegeben",
        "zurückgehalten",
        "entfernt",
        "nicht bewertet",
    ]


def test_a_change_since_the_run_before(nightly: Callable[..., Nightly], staff_page: Open) -> None:
    job = nightly()
    job.run(2, *["Fine."] * 150, *["You idiot."] * 10)
    job.run(1, *["Fine."] * 100, *["You idiot."] * 60, first=1000)
    page = staff_page("runs", OPS)
    check(page, "runs", "wurden zurückgehalten: 37,5 % statt 6,2 %, +31,2 Punkte", "Zufall“")
    assert "mehr als Zufall" in set(page.dataframe[2].value["evidence"])


def test_results_without_a_change(nightly: Callable[..., Nightly], staff_page: Open) -> None:
    job = nightly()
    first = job.run(2, *["Fine."] * 5, "You idiot.")
    job.run(1, *["Fine."] * 150, first=1000)
    job.add(2, dict(first.facts) | {"model_version": "v5", "policy_version": 7})
    page = staff_page("runs", OPS)
    check(
        page, "runs", "Zu wenige Zeilen, um zu sagen", "bisher v5, jetzt", "bisher Version 7, jetzt"
    )


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("Fine.", "You idiot.", ""), "Eine Datei enthält Werte, aber keine Aktionen"),
        (("", ""), "Keine Zeile hat Werte."),
    ],
)
def test_results_in_a_file(
    nightly: Callable[..., Nightly], staff_page: Open, texts: tuple[str, ...], words: str
) -> None:
    nightly("x.csv").run(1, *texts)
    check(staff_page("runs", OPS), "runs", words)


def test_results_that_are_not_there(
    nightly: Callable[..., Nightly], home: Any, staff_page: Open
) -> None:
    job = nightly()
    job.run(2, "Fine.")
    job.run(1, "Fine.")
    check(staff_page("runs", OPS), "runs", "Dieser Lauf hat keine Zeilen geschrieben")
    (home / "x.duckdb").unlink()
    job.add(0, {"run_id": "a", "scored_count": 1})
    check(staff_page("runs", OPS), "runs", "Die Ergebnisse lassen sich nicht lesen")


def test_every_column_has_a_heading_of_its_own(
    nightly: Callable[..., Nightly], services: Services, staff_page: Open
) -> None:
    put(services.settings.serving_log_dir, *calls(services, 80))
    nightly().run(1, "Fine.", "You idiot.")
    labels = {GERMAN[key] for key in GERMAN if key.startswith("common.label.")}
    for page in (staff_page("runs", OPS), staff_page("estimate", OPS)):
        for table in page.dataframe:
            headings = json.loads(table.proto.columns)
            named = {name for name in headings if headings[name].get("label")}
            assert set(table.value.columns) - labels <= named


def test_a_download_that_is_refused_says_why_in_german(
    nightly: Callable[..., Nightly], services: Services
) -> None:
    address = "/runs/nightly/no.csv"
    nightly().run(1, "Fine.")
    client = TestClient(Starlette(routes=[ROUTE]))
    answer = client.get(address, headers={"accept-language": "de-DE"})
    assert (answer.status_code, answer.text) == (403, GERMAN["runs.download.sign_in"])
    client.cookies.set(cookie_name("testserver"), sign_in(current_services().context, OPS))
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.text.endswith("Diesen Lauf gibt es nicht.")
