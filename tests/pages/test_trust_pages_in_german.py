"""The audit log, the help and the staff's look-up in German and French."""

import json
import re
from collections.abc import Callable

import pytest
from google.protobuf.json_format import MessageToDict
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.services.people import invite_person
from core.services.preferences import save_preferences
from core.texts.texts import english, staff_texts_in
from dashboard.audit import download
from dashboard.audit.wording import EVERYBODY, EVERYTHING, KINDS, kind_choices
from dashboard.help.texts import help_text
from dashboard.staff_texts import reading
from tests.factories import HELD, LEAD, MODERATOR, decided, removed_by_person, scored
from tests.pages.conftest import press, said
from tests.staff import DEMO_STAFF

Open = Callable[..., AppTest]
OTHERS = ("de", "fr")
AUDITOR = Actor("ines", Role.AUDITOR)
FILES = ("audit.", "help.", "lookup.")
OWN = {key for key in staff_texts_in("en").sentences if key.startswith(FILES)}


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(services: Services, staff_page: Open, language: str) -> Open:
    """Opens a page for somebody who reads it in that language."""

    def open_page(name: str, actor: Actor, **query: str) -> AppTest:
        save_preferences(services.context, actor, Preferences(language=language))
        return staff_page(name, actor, **query)

    return open_page


def rendered(at: AppTest) -> str:
    """All that the page says, with labels, placeholders and the cells of tables."""
    protos = (MessageToDict(node.proto) for node in at.main if getattr(node, "proto", None))
    frames = (frame.value.to_csv() for frame in at.dataframe)
    blocks = (str(tab.label) for tab in at.tabs)
    return "\n".join([*(json.dumps(each, ensure_ascii=False) for each in protos), *frames, *blocks])


def left_in_english(at: AppTest, language: str, keys: set[str]) -> set[str]:
    """Keys whose English sentence, or its longest piece between values, the page shows."""
    page, own, other = rendered(at), staff_texts_in("en"), staff_texts_in(language)
    found = set()
    for key in keys:
        sentence = own.sentences[key]
        piece = max(re.split(r"\{\w+\}", sentence), key=len).strip()
        if len(re.findall(r"\w+", piece)) >= 3 and sentence != other.sentences[key]:
            found |= {key} if json.dumps(piece, ensure_ascii=False)[1:-1] in page else set()
    return found


def test_what_is_left_in_english_is_found(services: Services, staff_page: Open) -> None:
    revision = removed_by_person(services)
    pages = (
        staff_page("audit", AUDITOR),
        staff_page("help", AUDITOR),
        staff_page("lookup", LEAD, reference=revision.reference),
    )
    found = [left_in_english(at, "de", OWN | set(english().sentences)) for at in pages]
    assert {"audit.page.export", "audit.filter.about_example", "audit.page.how_to_check"} < found[0]
    assert "audit.kind.decision_reviewed" in found[0]
    assert {"help.page.all_of_role", "help.permission.see_audit"} < found[1]
    assert {"lookup.again.about", "lookup.author.about", "headline.removed"} < found[2]


def test_the_audit_log_is_said_in_the_readers_language(
    services: Services, page: Open, language: str
) -> None:
    first = scored(services, f"{HELD} 1")
    decided(services, first, Action.APPROVE)
    at = page("audit", AUDITOR)
    assert not at.exception
    texts = staff_texts_in(language)
    frame = at.dataframe[0].value
    assert list(frame.columns) == [
        texts.say(f"audit.column.{name}") for name in ("when", "what", "who", "about", "details")
    ]
    assert texts.say("audit.kind.decision_reviewed") in list(frame[texts.say("audit.column.what")])
    assert at.subheader[0].value == texts.say("common.page.audit")
    assert left_in_english(at, language, OWN) == set()
    with reading(language):  # AppTest asks for the words of options outside of the page's run
        at.text_input(key="audit_about").set_value("nothing").run()
    assert at.info[0].value == texts.say("audit.page.nothing")
    assert left_in_english(at, language, OWN) == set()


@pytest.mark.parametrize("words_in", ["en", "de", "fr"])
def test_a_link_to_a_filter_is_read_in_any_language(
    services: Services, page: Open, words_in: str
) -> None:
    scored(services, HELD)
    with reading(words_in):
        link = KINDS[AuditKind.COMMENT_STORED]
    at = page("audit", AUDITOR, audit_what=link)
    assert at.selectbox(key="audit_what").value == KINDS[AuditKind.COMMENT_STORED]
    assert len(at.dataframe[0].value) == 1


@pytest.mark.parametrize("words_in", ["en", "de", "fr"])
def test_a_link_to_everything_by_everybody_is_read_in_any_language(
    services: Services, page: Open, words_in: str
) -> None:
    texts = staff_texts_in(words_in)
    what, who = (texts.say(f"audit.filter.{name}") for name in ("everything", "everybody"))
    at = page("audit", AUDITOR, audit_what=what, audit_who=who)
    assert at.selectbox(key="audit_what").value == EVERYTHING
    assert at.selectbox(key="audit_who").value == EVERYBODY


def test_no_two_choices_of_a_kind_have_the_same_words(language: str) -> None:
    words = [staff_texts_in(language).say(key) for key in kind_choices().values()]
    assert len(set(words)) == len(words) == len(AuditKind) + 1


def test_the_export_refuses_in_the_browsers_language(
    services: Services, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = TestClient(Starlette(routes=[download.ROUTE]))
    header = {"accept-language": f"{language}-AT, en;q=0.5"}
    texts = staff_texts_in(language)
    answer = browser.get(download.PATH, headers=header)
    assert (answer.status_code, answer.text) == (403, texts.say("audit.download.signed_out"))
    monkeypatch.setattr(download, "person_of", _unreadable)
    answer = browser.get(download.PATH, headers=header)
    why = {"de": "die Platte ist voll", "fr": "le disque est plein"}[language]
    assert (answer.status_code, answer.text) == (503, texts.say("audit.download.not_now", why=why))


def _unreadable(_: str | None) -> None:
    raise StoreError("the disk is full")


@pytest.mark.parametrize("actor", DEMO_STAFF, ids=lambda actor: actor.id)
def test_each_role_reads_its_help(page: Open, language: str, actor: Actor) -> None:
    at = page("help", actor)
    assert not at.exception
    assert help_text(actor.role, language).strip() in [each.value.strip() for each in at.markdown]
    assert left_in_english(at, language, OWN) == set()


def test_who_has_two_roles_reads_both_helps(services: Services, page: Open, language: str) -> None:
    invite_person(services.context, SYSTEM, "eva", [Role.ADMIN, Role.MODERATOR])
    at = page("help", Actor("eva", Role.MODERATOR, (Role.ADMIN,)))
    texts = staff_texts_in(language)
    assert [tab.label for tab in at.tabs] == [
        texts.say("help.as_role.moderator"),
        texts.say("help.as_role.admin"),
    ]
    assert left_in_english(at, language, OWN) == set()


def test_the_look_up_shows_the_authors_sentences_in_the_readers_language(
    services: Services, page: Open, language: str
) -> None:
    revision = removed_by_person(services)
    at = page("lookup", LEAD, reference=revision.reference)
    assert not at.exception
    texts = staff_texts_in(language)
    assert at.header[0].value == texts.say("headline.removed")
    assert left_in_english(at, language, OWN | set(english().sentences)) == set()
    press(at, "reopen_")
    assert texts.say("lookup.again.done") in said(at)
    assert left_in_english(at, language, OWN | set(english().sentences)) == set()


@pytest.mark.parametrize("query", [{}, {"reference": "0" * 26}])
def test_the_look_up_without_an_answer(page: Open, language: str, query: dict[str, str]) -> None:
    at = page("lookup", MODERATOR, **query)
    assert not at.exception
    assert not at.header
    assert left_in_english(at, language, OWN | set(english().sentences)) == set()
