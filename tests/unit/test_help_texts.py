"""The help of each role says the same in each language of the staff's pages."""

import re
from collections import Counter

import pytest

from core.inference.language.detector import LanguageDetector
from core.moderation.people import STAFF_ROLES
from core.moderation.permissions import Permission, Role
from core.texts.texts import LANGUAGES, STAFF_LANGUAGES, staff_texts_in
from dashboard.help.texts import FOLDER, PERMISSIONS, help_text, permitted
from dashboard.staff_texts import reading

OTHERS = [code for code in STAFF_LANGUAGES if code != "en"]
HEADING = re.compile(r"^\*\*[^*]+\*\*$", re.MULTILINE)
CODE = re.compile(r"`[^`]+`")
LINK = re.compile(r"\]\(([^)]+)\)")
ITEM = re.compile(r"^(?:-|\d+\.) ", re.MULTILINE)
EMPHASIS = re.compile(r"(?<!\*)\*[^*\n]+\*(?!\*)")


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_each_language_has_a_text_for_each_role_and_no_other(language: str) -> None:
    assert {path.name for path in (FOLDER / language).iterdir()} == {
        f"{role}.md" for role in STAFF_ROLES
    }


def test_no_text_lies_beside_the_folders_of_the_languages() -> None:
    assert not list(FOLDER.glob("*.md"))
    assert {path.parent.name for path in FOLDER.glob("*/*.md")} == set(STAFF_LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("part", [HEADING, CODE, LINK, ITEM, EMPHASIS])
def test_each_language_has_the_same_parts(role: Role, language: str, part: re.Pattern[str]) -> None:
    """As many headings, steps and words to press, the same keys and commands, the same links."""
    english, other = (part.findall(help_text(role, code)) for code in ("en", language))
    if part in (CODE, LINK):
        assert Counter(other) == Counter(english)
    else:
        assert len(other) == len(english)


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("role", STAFF_ROLES)
def test_each_text_is_in_its_language(role: Role, language: str) -> None:
    detect = LanguageDetector(LANGUAGES).detect
    lines = re.sub(r"`[^`]+`|\[([^]]+)\]\([^)]*\)", r"\1", help_text(role, language)).splitlines()
    told = [detect(line) for line in lines if len(line) > 80]
    assert told.count(language) >= 0.8 * len(told)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_what_a_role_may_do_is_said_in_each_language(role: Role) -> None:
    english = permitted(role)
    for language in OTHERS:
        with reading(language):
            other = permitted(role)
        assert len(other) == len(english)
        assert not set(other) & set(english)


def test_what_a_permission_is_called_in_english_is_its_value() -> None:
    """A refusal says it with that value."""
    assert dict(PERMISSIONS) == {permission: permission.value for permission in Permission}


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_each_role_of_the_staff_has_a_name(language: str) -> None:
    texts = staff_texts_in(language)
    for role in STAFF_ROLES:
        assert texts.say(f"common.role_name.{role.name.lower()}")
        assert texts.say(f"help.as_role.{role.name.lower()}")
