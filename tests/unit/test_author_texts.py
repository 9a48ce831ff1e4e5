"""The files of texts: alike in what they say, each in its own language."""

import re
import string
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path

import pytest

from core.inference.language.detector import LanguageDetector
from core.moderation.appeals import AppealProblem, AppealStatus
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.default_policy import REASONS
from core.moderation.languages import NAMES
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from core.texts.rules import rule_words
from core.texts.texts import LANGUAGES, Texts, english, texts_in
from dashboard.wording import viewer_zone

ROOT = Path(__file__).parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
NOON = datetime(2026, 12, 1, 12, 5, tzinfo=UTC)
# What is the same in English and in these.
SAME_WORDS = {"visible", "score", "insult", "Hindi", "hindi", "Urdu", "urdu", "Thai"}
SAME_KEYS = ("form.", "month.", "language.name", "mail.subject", "course.decided")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> Texts:
    return texts_in(request.param)


def test_every_file_is_a_language_and_every_language_a_file() -> None:
    folders = [each for each in files("core.texts").iterdir() if each.is_dir()]
    there = {each.name for each in folders if each.joinpath("author.toml").is_file()}
    assert there == set(LANGUAGES)
    assert set(LANGUAGES) >= {"en", "de", "fr", "nl", "es", "pt"}
    assert set(LANGUAGES) <= set(NAMES)


def test_no_key_is_missing_and_none_is_too_many(other: Texts) -> None:
    assert set(other.sentences) == set(english().sentences)


def test_every_sentence_takes_the_same_values(other: Texts) -> None:
    wrong = {
        key: sentence
        for key, sentence in other.sentences.items()
        if placeholders(sentence) != placeholders(english().sentences[key])
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_plain_names(language: str) -> None:
    for sentence in texts_in(language).sentences.values():
        for _, name, form, conversion in string.Formatter().parse(sentence):
            assert name is None or (name.isidentifier() and not form and not conversion)


def test_no_sentence_was_left_in_english(other: Texts) -> None:
    left = {
        key: sentence
        for key, sentence in other.sentences.items()
        if sentence == english().sentences[key]
        and not key.startswith(SAME_KEYS)
        and sentence not in SAME_WORDS
    }
    assert left == {}


def test_each_file_is_in_its_language(other: Texts) -> None:
    """As the project's own detector tells it: no sentence was pasted into the wrong file."""
    detect = LanguageDetector(LANGUAGES).detect
    own = (re.sub(r"\{\w+\}", "", text) for text in other.sentences.values())
    long = [text for text in own if len(text) > 80]
    told = [detect(text) for text in long]
    assert len(long) > 40
    # One short of words may pass for a neighbour's: Dutch for Afrikaans.
    assert told.count(other.language) >= 0.9 * len(told)


def test_a_sentence_ends_as_the_english_one(other: Texts) -> None:
    for key, model in english().sentences.items():
        if key.startswith("form."):
            continue
        sentence = other.sentences[key]
        assert (model[-1] in ".?:") == (sentence[-1] in ".?:"), key
        assert sentence.strip() == sentence or model.strip() != model, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_signs_that_a_page_would_take_for_markup(language: str) -> None:
    for key, sentence in texts_in(language).sentences.items():
        assert not set(sentence) & set("*_`$#[]<>\\|~\n\t"), key
        assert not sentence[0].isdigit() or key.startswith(("month.", "form.", "days_left.")), key


def test_every_sentence_is_said_somewhere() -> None:
    """A key stands in the code, or its table is chosen from by a value."""
    folders = ("core/texts", "core/outbox", "dashboard/lookup")
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in [*(p for each in folders for p in (ROOT / each).glob("*.py")),
                     ROOT / "dashboard" / "author.py"]
    )  # fmt: skip
    code = code.replace("'", '"')
    unused = []
    for key in english().sentences:
        table = key.rpartition(".")[0]
        ways = (f'"{key}"', f'"{table}"', f'"{table}.{{', f'"{table.split(".")[0]}.{{')
        if not any(way in code for way in ways):
            unused.append(key)
    assert unused == []


@pytest.mark.parametrize(
    ("table", "members"),
    [
        ("headline", Visibility),
        ("badge", Visibility),
        ("next", Visibility),
        ("changed", Visibility),
        ("appeal_badge", AppealStatus),
        ("appeal_stands", AppealStatus),
        ("appeal_closed", TextGone),
        ("appeal_problem", AppealProblem),
        ("label", Label),
    ],
)
def test_every_member_of_an_enum_has_its_words(table: str, members: type) -> None:
    assert all(english().has(f"{table}.{member}") for member in members)


def test_the_default_rules_stand_in_the_english_file_word_for_word() -> None:
    for reason in REASONS:
        assert english().say(f"rule_title.{reason.code}") == reason.title
        assert english().say(f"rule_text.{reason.code}") == reason.text
    codes = {key.partition(".")[2] for key in english().sentences if key.startswith("rule_text.")}
    assert codes == {reason.code for reason in REASONS}


def test_a_default_rule_is_translated_beside_the_words_that_hold(other: Texts) -> None:
    for reason in REASONS:
        told = rule_words(reason, other)
        assert told.text != reason.text
        assert reason.text in told.remark
        assert rule_words(reason, english()).remark == ""


def test_a_translation_of_the_site_stands_beside_the_words_that_hold(other: Texts) -> None:
    for reason in (REASONS[0], Reason("noise", "Noise", "Do not shout.")):
        told = rule_words(reason.translated(other.language, "Título", "Words of ours."), other)
        assert (told.title, told.text) == ("Título", "Words of ours.")
        remark = other.say("rule.translated", title=reason.title, text=reason.text)
        assert told.remark == remark
        elsewhere = reason.translated("xx", "No", "Never shown.")
        assert rule_words(elsewhere, other) == rule_words(reason, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sites_own_rule_is_quoted_and_said_to_be_the_sites(language: str) -> None:
    texts = texts_in(language)
    changed = Reason("threat", "Threats", "Be nice {label} %s.")
    told = rule_words(changed, texts)
    assert (told.title, told.text) == (changed.title, changed.text)
    assert told.remark == texts.say("rule.site_words")


@pytest.mark.parametrize(
    ("language", "number", "figure", "time"),
    [
        ("en", "12,345", "0.96", "1 Dec 2026, 13:05 CET"),
        ("de", "12.345", "0,96", "1. Dezember 2026, 13:05 Uhr CET"),
        ("fr", "12\u202f345", "0,96", "1er décembre 2026, 13:05 CET"),
        ("nl", "12.345", "0,96", "1 december 2026, 13:05 uur CET"),
        ("es", "12.345", "0,96", "1 de diciembre de 2026, 13:05 CET"),
        ("pt", "12.345", "0,96", "1º de dezembro de 2026, 13:05 CET"),
    ],
)
def test_numbers_and_times_have_the_languages_form(
    language: str, number: str, figure: str, time: str
) -> None:
    texts = texts_in(language)
    assert texts.number(12_345) == number
    assert texts.figure(0.969) == figure
    assert texts.time(NOON, viewer_zone("Europe/Berlin")) == time


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (viewer_zone("America/Sao_Paulo"), "1 Dec 2026, 09:05 UTC-3"),
        (viewer_zone("Asia/Kathmandu"), "1 Dec 2026, 17:50 UTC+5:45"),
        (timezone(timedelta(hours=-9, minutes=-30)), "1 Dec 2026, 02:35 UTC-9:30"),
        (UTC, "1 Dec 2026, 12:05 UTC"),
    ],
)
def test_a_zone_without_a_name_is_told_by_its_distance_from_utc(zone, shown: str) -> None:
    assert english().time(NOON, zone) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_and_several_have_each_their_sentence(language: str) -> None:
    texts = texts_in(language)
    for key in ("days_left", "answered_within", "score.unread", "page.try_later"):
        assert texts.count(key, 1) != texts.count(key, 2)
        assert texts.number(7_000) in texts.count(key, 7_000)


def test_a_value_is_never_read_as_a_template() -> None:
    said = english().say("copy.moderator_adds", note="{reference} {0.__class__}")
    assert said == "The moderator adds: {reference} {0.__class__}"


@pytest.mark.parametrize("language", ["", "it", "../en", "EN"])
def test_other_languages_have_no_texts(language: str) -> None:
    with pytest.raises(KeyError):
        texts_in(language)


def test_a_language_without_a_name_is_another_language() -> None:
    assert english().language_name("fr") == "French"
    assert english().language_name("und") == english().language_name("war") == "another language"
