"""The words that raised the score, on the review page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.inference.fake import WORDS, FakeBackend
from core.moderation.cleaning import clean_text
from core.moderation.permissions import Actor, Role
from core.moderation.scores import Label
from core.services.explain import MOST_REMOTE_TEXTS
from tests.contract.remote_configs import TABLES, toml_of
from tests.factories import HELD, HOSTILE, MODERATOR, scored, unscored
from tests.pages.conftest import carriers, press, said

StaffPage = Callable[..., AppTest]
AUDITOR = Actor("ines", Role.AUDITOR)


def words_of(at: AppTest) -> list[str]:
    return [
        word for frame in at.dataframe if "alone" in frame.value for word in frame.value["word"]
    ]


def pieces_of(at: AppTest) -> list[list[Any]]:
    """The data of the component that marks words."""
    components = [node for node in at.main if type(node.proto).__name__ == "BidiComponent"]
    marked = [node for node in components if node.proto.component_name.endswith("marked_text")]
    return [piece for node in marked for piece in json.loads(node.proto.json)]


def captions(at: AppTest) -> str:
    return " ".join(caption.value for caption in at.caption)


@pytest.mark.parametrize("actor", [MODERATOR, AUDITOR], ids=lambda actor: actor.id)
def test_the_words_are_shown_only_when_asked_for(services, staff_page: StaffPage, actor):
    scored(services, HELD)
    at = staff_page("review", actor)
    assert not words_of(at)
    assert not pieces_of(at)
    assert HELD in said(at)
    press(at, "words_")
    assert not at.exception
    assert words_of(at) == ["idiot"]
    assert pieces_of(at) == [["You ", 0], ["idiot", 3], [", read the article first.", 0]]
    assert "Without “idiot” it would not have been held: insult 0.02, toxicity 0.02." in said(at)
    press(at, "words_")
    assert not words_of(at)
    assert not pieces_of(at)
    assert HELD in said(at)


def test_the_scores_of_words_are_cut_as_those_of_comments_are(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(WORDS, "idiot", {Label.INSULT: 0.9876})
    monkeypatch.setitem(WORDS, "moron", {Label.INSULT: 0.6789})
    scored(services, "You idiot, you moron.")
    at = press(staff_page("review", MODERATOR), "words_")
    (words,) = (frame.value for frame in at.dataframe if "alone" in frame.value)
    assert words.set_index("word").loc["idiot", ["alone", "without"]].tolist() == [0.98, 0.67]


def test_the_next_comment_comes_plain(services, staff_page: StaffPage):
    for number in (1, 2):
        scored(services, f"You idiot number {number}")
    at = press(staff_page("review", MODERATOR), "words_")
    assert words_of(at) == ["idiot"]
    press(at, "approve_")
    assert "You approved it" in " ".join(m.value for m in at.markdown)
    assert not words_of(at)
    assert not pieces_of(at)


def test_the_words_stay_while_a_reason_is_chosen_and_nothing_is_scored_again(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    scored(services, HELD)
    at = press(staff_page("review", MODERATOR), "words_")

    def refuse(*_: object) -> None:
        raise AssertionError("scored again")

    monkeypatch.setattr(FakeBackend, "score", refuse)
    press(at, "reason_threat_")
    assert not at.exception
    assert words_of(at) == ["idiot"]


def test_a_backend_that_is_down_is_said_and_the_card_stays(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    scored(services, HELD)
    at = staff_page("review", MODERATOR)
    init = FakeBackend.__init__

    def start_down(backend: FakeBackend) -> None:
        init(backend)
        backend.is_down = True

    monkeypatch.setattr(FakeBackend, "__init__", start_down)
    press(at, "words_")
    assert not at.exception
    assert "The words can't be shown: the fake backend was told to be down" in said(at)
    assert HELD in said(at)
    press(at, "approve_")
    assert "The queue is empty" in at.success[0].value


def test_a_model_that_changed_since_is_said(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    scored(services, HELD)
    at = staff_page("review", MODERATOR)
    monkeypatch.setitem(WORDS, "idiot", {Label.INSULT: 0.6})
    press(at, "words_")
    assert "A score differs by 0.90 from the one decided on." in captions(at)


def test_hostile_text_stays_text_with_its_words_marked(services, staff_page: StaffPage):
    scored(services, f"idiot {HOSTILE}")
    at = press(staff_page("review", MODERATOR), "words_")
    inert = {"Text", "Code", "Dataframe", "UnknownElement"}
    assert carriers(at, "example.invalid/x.png") <= inert
    assert "".join(text for text, _ in pieces_of(at)) == clean_text(f"idiot {HOSTILE}")
    # What the author wrote is data for the component, never its markup.
    nodes = [node for node in at.main if type(node.proto).__name__ == "BidiComponent"]
    assert all("example.invalid" not in str(node.proto.html_content) for node in nodes)


def test_a_comment_that_was_not_scored_says_so_and_marks_no_word(
    services: Services, staff_page: StaffPage
):
    unscored(services)
    at = press(staff_page("review", MODERATOR), "words_")
    assert "No single word raised the score." in said(at)
    assert "Nothing was scored when it was decided" in captions(at)


def test_a_service_elsewhere_is_named_with_what_it_is_sent_before_the_press(
    services: Services, home: Path, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
):
    scored(services, HELD)
    table = {"name": "away", "kind": "tei", "url": "https://tei.example.org", **TABLES["tei"]}
    (home / "backends.toml").write_text(toml_of([table]))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "away")
    at = staff_page("review", MODERATOR)
    (button,) = [one for one in at.button if one.key and one.key.startswith("words_")]
    assert button.label == f"Which words? Sends away up to {MOST_REMOTE_TEXTS} texts"
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    at = staff_page("review", MODERATOR)
    (button,) = [one for one in at.button if one.key and one.key.startswith("words_")]
    assert button.label == "Which words?"
