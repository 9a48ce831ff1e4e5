"""The public look-up in each language: every state, the switch, and the browser's language."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.identifiers import new_reference
from core.moderation.comments import Revision
from core.services.lookup import look_up
from core.texts.texts import LANGUAGES, english, texts_in
from dashboard.lookup.limit import lookup_limit
from tests.factories import HELD, REMOVED, edited, removed_by_person, scored, withdrawn
from tests.pages.conftest import press, said
from tests.pages.test_author_app import STATES
from tests.staff import DEMO_STAFF

pytestmark = pytest.mark.slow

AuthorApp = Callable[..., AppTest]
NO_ADDRESS = "unknown"  # a page without a browser has no connection
NAMES = {name for actor in DEMO_STAFF for name in (actor.id, actor.id.capitalize())}


def _withdrawn(services: Services) -> Revision:
    revision = removed_by_person(services)
    withdrawn(services, revision)
    return revision


def _edited_since(services: Services) -> Revision:
    first = scored(services, REMOVED)
    edited(services, first, HELD)
    return first


REACHED: dict[str, Callable[[Services], Revision]] = {
    **{state: reach for state, (reach, *_) in STATES.items()},
    "text gone": _withdrawn,
    "edited since": _edited_since,
}


def shown(at: AppTest) -> str:
    """Everything that the page's elements say."""
    kinds = (at.title, at.header, at.text, at.caption, at.markdown, at.info, at.warning, at.error)
    parts = [element.value for kind in kinds for element in kind]
    parts += [
        element.label for kind in (at.button, at.text_area, at.text_input) for element in kind
    ]
    parts += [element.label for element in at.expander]
    return "\n".join(parts + [each.proto.label for each in at.get("download_button")])


@pytest.mark.parametrize("state", REACHED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_is_shown_in_the_language(
    services: Services, author_app: AuthorApp, language: str, state: str
) -> None:
    texts = texts_in(language)
    revision = REACHED[state](services)
    at = author_app(reference=revision.reference, lang=language)
    assert not at.exception
    statement = look_up(services.context, revision.reference).statement
    assert [each.value for each in at.header] == [texts.say(f"headline.{statement.visibility}")]
    page = shown(at)
    assert texts.say("page.keep_copy") in page
    assert texts.say("page.another_field") in page
    assert not [name for name in NAMES if name in page.split()]
    if language != "en":
        left = [
            sentence
            for key, sentence in english().sentences.items()
            if len(sentence) > 25 and "{" not in sentence and not key.startswith("rule_")
        ]
        assert [sentence for sentence in left if sentence in page] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_reference_and_a_limit_are_told_in_the_language(
    services: Services, author_app: AuthorApp, language: str
) -> None:
    texts, known = texts_in(language), removed_by_person(services)
    unknown = author_app(reference=new_reference(), lang=language)
    assert [each.value for each in unknown.info] == [texts.say("page.unknown_reference")]
    assert unknown.title[0].value == texts.say("page.title")
    limit = lookup_limit(services.clock.monotonic)
    for _ in range(40):
        limit.note_failure(NO_ADDRESS)
    pages = [
        author_app(reference=reference, lang=language)
        for reference in (known.reference, new_reference(), "nonsense")
    ]
    for at in pages:
        assert not at.exception
        assert not at.header
        assert not at.info
        (told,) = (each.value for each in at.warning)
        start, _, end = texts.say("page.try_later.other", count="\0").partition("\0")
        assert told.startswith(start)
        assert told.endswith(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_appeal_is_refused_and_filed_in_the_language(
    services: Services, author_app: AuthorApp, language: str
) -> None:
    texts, revision = texts_in(language), removed_by_person(services)
    at = author_app(reference=revision.reference, lang=language)
    at.text_area[0].input(" ")
    press(at, "send_")
    assert [each.value for each in at.error] == [texts.say("appeal_problem.no_words")]
    at.text_area[0].input("It was a quotation.")
    press(at, "send_")
    assert texts.say("appeal_badge.pending") in shown(at)
    appeal = look_up(services.context, revision.reference).statement.appeal
    assert appeal is not None
    assert texts.time(appeal.due_at, services.clock.now().tzinfo) in said(at)


def test_the_page_is_in_the_language_of_the_browser(
    services: Services, author_app: AuthorApp
) -> None:
    revision = removed_by_person(services)
    at = author_app(reference=revision.reference)
    assert at.header[0].value == english().say("headline.removed")
    at.context["locale"] = "pt-BR"
    assert at.run().header[0].value == texts_in("pt").say("headline.removed")
    at.context["locale"] = "ja-JP"
    assert at.run().header[0].value == english().say("headline.removed")


def test_the_page_is_in_the_sites_language_where_nothing_else_is_said(
    services: Services, author_app: AuthorApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODCONSOLE_AUTHOR_LANGUAGE", "nl")
    at = author_app(reference=removed_by_person(services).reference)
    assert at.header[0].value == texts_in("nl").say("headline.removed")


@pytest.mark.parametrize("lang", ["xx", "", "<b>", "de-AT", "💥"])
def test_any_lang_in_a_link_shows_a_page(
    services: Services, author_app: AuthorApp, lang: str
) -> None:
    at = author_app(reference=removed_by_person(services).reference, lang=lang)
    assert not at.exception
    expected = texts_in("de") if lang == "de-AT" else english()
    assert at.header[0].value == expected.say("headline.removed")


def test_a_reader_can_choose_another_language_and_keeps_what_they_wrote(
    services: Services, author_app: AuthorApp
) -> None:
    at = author_app(reference=removed_by_person(services).reference)
    assert at.selectbox[0].options == [texts_in(code).say("language.name") for code in LANGUAGES]
    field = at.text_area[0].id
    at.selectbox[0].select("de").run()
    assert not at.exception
    assert at.query_params["lang"] == "de"
    assert at.header[0].value == texts_in("de").say("headline.removed")
    assert at.text_area[0].label == texts_in("de").say("appeal.field")
    assert at.text_area[0].id == field  # the browser keeps what stands in it
    at.selectbox[0].select("en").run()
    assert at.header[0].value == english().say("headline.removed")
