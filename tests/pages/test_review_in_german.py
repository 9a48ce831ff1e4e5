"""The review pages and what the desk asks for, for somebody who reads German."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.comments import Revision
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.services.preferences import save_preferences
from core.texts.texts import staff_texts_in
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    decided,
    edited,
    reported,
    scored,
    unscored,
)
from tests.pages.conftest import press, said
from tests.pages.review_desk import COOKIE, as_person, ask, outcomes, whole
from tests.pages.review_desk import press as a_press

StaffPage = Callable[..., AppTest]
THAI = "ขอบคุณมากครับ"
FILES = ("review.", "plain.", "desk.", "common.")
GERMAN = Preferences(language="de")


def english_phrases() -> set[str]:
    """What the English sentences say in three or more words between their values, where the German
    ones differ."""
    english, german = staff_texts_in("en").sentences, staff_texts_in("de").sentences
    return {
        piece.strip()
        for key, sentence in english.items()
        if key.startswith(FILES) and german[key] != sentence
        for piece in re.split(r"\{\w+\}", sentence)
        if len(re.findall(r"[A-Za-z]+", piece)) >= 3
    }


def rendered(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(str(node.proto) for node in at.main if hasattr(node, "proto"))


def english_in(words: str) -> list[str]:
    phrases = english_phrases()
    assert len(phrases) > 200
    return sorted(phrase for phrase in phrases if phrase in words)


@pytest.fixture(autouse=True)
def _reads_german(services: Services) -> None:
    for actor in (MODERATOR, LEAD):
        save_preferences(services.context, actor, GERMAN)


@pytest.fixture
def case(services: Services) -> Revision:
    """A case with something in every part of the page."""
    decided(services, scored(services, HELD, author="ann"), Action.REMOVE)
    appealed(services, scored(services, REMOVED, author="uli"))
    scored(services, HELD, author="bob")
    first = scored(services, f"{HELD} Once.", author="uli")
    decided(services, first, Action.REMOVE, note="Please.")
    revision = edited(services, first, f'{HELD} <p hidden="">and more</p>')
    reported(services, revision, reporter="reader")
    return revision


def test_the_plain_page(services: Services, staff_page: StaffPage, case: Revision) -> None:
    at = staff_page("review", MODERATOR)
    assert english_in(rendered(at)) == []
    assert at.subheader[0].value == "Warteschlange"
    assert "Toxizität 0,92 liegt im Bereich 0,68–0,99: zurückhalten" in said(at)
    assert [button.label for button in at.button if button.key.startswith("approve_")] == [
        "Freigeben"
    ]
    at = press(at, "words_")
    assert english_in(rendered(at)) == []
    assert "Ohne „idiot“ wäre er nicht zurückgehalten worden" in said(at)
    for name in ("remove_", "skip_", "reason_", "remove_", "undo_", "reveal_"):
        if any(button.key.startswith(name) for button in at.button):
            at = press(at, name)
            assert english_in(rendered(at)) == []


@pytest.mark.parametrize("status", ["Waiting", "Escalated", "Decided"])
def test_the_plain_page_without_a_case(staff_page: StaffPage, status: str) -> None:
    at = staff_page("review", LEAD, status=status)
    assert english_in(rendered(at)) == []


def test_the_plain_page_of_a_decided_case(
    services: Services, staff_page: StaffPage, case: Revision
) -> None:
    at = staff_page("review", LEAD, status="Decided")
    assert english_in(rendered(at)) == []
    assert [chosen.value for chosen in at.segmented_control] == ["Decided"]
    at = press(at, "reopen_")
    assert "Wieder geöffnet" in " ".join(each.value for each in at.markdown)


def test_a_link_in_any_language_opens_the_same_list(
    services: Services, staff_page: StaffPage
) -> None:
    scored(services, HELD)
    for words in ("Beleidigung", "Insult", "Insulte"):
        at = staff_page("review", MODERATOR, label=words)
        assert at.selectbox(key="label").value == "Insult"
        assert list(at.dataframe[0].value["comment"]) == [HELD]
    at = staff_page("review", MODERATOR, label="Menace")
    assert at.selectbox(key="label").value == "Threat"
    assert not at.dataframe


@pytest.mark.parametrize("text", [CLEAN, THAI])
def test_the_plain_page_without_scores(
    services: Services, staff_page: StaffPage, text: str
) -> None:
    if text == CLEAN:
        unscored(services, text)
    else:
        scored(services, text)
    assert english_in(rendered(staff_page("review", MODERATOR))) == []


def test_the_desk_gets_its_words_in_german(services: Services, staff_page: StaffPage) -> None:
    scored(services, HELD)
    at = staff_page("review", MODERATOR, view="desk")
    assert not at.exception
    (data,) = (
        json.loads(node.proto.json)
        for node in at.main
        if type(node.proto).__name__ == "BidiComponent"
        and node.proto.component_name.endswith("review_desk")
    )
    assert data["language"] == "de"
    assert english_in(str(data["words"])) == []


@pytest.mark.parametrize("actor", [MODERATOR, LEAD], ids=lambda actor: actor.role)
def test_the_desk_is_answered_in_german(
    services: Services, client: TestClient, case: Revision, actor: Actor
) -> None:
    as_person(client, actor)
    (card,) = ask(client, "cards", revisions=[case.id])["cards"]
    assert whole(card).startswith(HELD)
    assert ["geändert", "o"] in card["chips"]
    answers: list[Any] = [card["why"], card["before"], card["record"], card["details"]]
    answers.append(ask(client, "queue"))
    for status in ("open", "escalated", "closed"):
        answers.append(ask(client, "queue", status=status))
    answers += [ask(client, "queue", label="threat"), ask(client, "search", query="idiot")]
    answers += [ask(client, "facets"), ask(client, "open", revision=case.id)]
    answers += [ask(client, what, revision=case.id) for what in ("author", "group", "words")]
    assert english_in(json.dumps(answers, ensure_ascii=False)) == []
    labels = [label for _, label, _ in ask(client, "facets")["choices"]]
    assert labels[:3] == ["Stand", "Reihenfolge", "Kategorie"]


def test_what_the_desk_can_not_do_is_said_in_german(services: Services, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    (outcome,) = outcomes(client, a_press("dance", revision.id))
    assert outcome["words"] == "Die Eingabe 'dance' gibt es nicht."
    answer = client.post("/review/desk/presses", json={"presses": "x"})
    assert answer.json() == {"error": "`presses` muss eine Liste von höchstens 500 sein."}
    answer = client.post("/review/desk/queue", content=b"no json")
    assert answer.json() == {"error": "Die Anfrage muss ein JSON-Objekt sein."}
    answer = client.post("/review/desk/queue", json={}, headers={"x-person": "lena"})
    assert answer.json()["error"].startswith("Jetzt ist mina angemeldet")


def test_whoever_is_signed_out_reads_the_browsers_language(client: TestClient) -> None:
    asked = {"accept-language": "fr-CH, de;q=0.5"}
    answer = client.post("/review/desk/queue", json={}, headers=asked)
    assert answer.json()["error"] == staff_texts_in("fr").say("review.request.signed_out")
    assert client.post("/review/desk/queue", json={}).json()["error"].startswith("You are signed")


def test_without_a_choice_the_browsers_language_counts(
    services: Services, client: TestClient
) -> None:
    scored(services, HELD)
    save_preferences(services.context, MODERATOR, Preferences())
    as_person(client, MODERATOR)
    told = {}
    for language in ("de", "fr", "ja"):
        headers = {"accept-language": language}
        answer = client.post("/review/desk/facets", json={}, headers=headers)
        told[language] = answer.json()["choices"][2][1]
    assert told == {"de": "Kategorie", "fr": "Catégorie", "ja": "Label"}
    assert COOKIE in client.cookies
