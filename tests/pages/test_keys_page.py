"""The page API keys: who sees it, who changes keys, a key is shown once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.api_keys import ALL_SCOPES, KeyScope
from core.moderation.permissions import Actor, Role
from core.serving.api_keys import KeyFolder
from core.serving.key_ring import KeyRing
from dashboard.staff_texts import say
from dashboard.wording import plain
from tests.factories import LEAD, MODERATOR

Open = Callable[..., AppTest]
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
OPS = Actor("ola", Role.OPS)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def folder(services: Services) -> KeyFolder:
    return KeyFolder(services.settings.api_keys_dir)


def buttons(test: AppTest) -> set[str]:
    return {button.key for button in test.button}


@pytest.mark.parametrize("actor", [MODERATOR, LEAD, OPS])
def test_others_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        staff_page("keys", actor)


def test_without_a_key_the_page_says_what_that_means(staff_page: Open) -> None:
    test = staff_page("keys", ADMIN)
    assert not test.exception
    assert test.info[0].value == say("keys.page.none")
    assert test.button(key="make_key").disabled


def test_an_auditor_sees_keys_and_changes_none(staff_page: Open, folder: KeyFolder) -> None:
    folder.create("site", NOW, (KeyScope.SCORE,))
    test = staff_page("keys", AUDITOR)
    assert not test.exception
    assert test.dataframe[0].value.iloc[0]["may"] == "score without storing"
    assert not buttons(test) & {"make_key", "rotate_key", "revoke_key"}


def test_a_new_key_is_shown_once_and_opens_what_was_chosen(
    staff_page: Open, folder: KeyFolder
) -> None:
    test = staff_page("keys", ADMIN)
    test.text_input(key="key_name").set_value("site").run()
    test.selectbox(key="key_days").set_value(365).run()
    test.button(key="make_key").click().run()
    assert not test.exception
    shown = test.code[0].value
    found = KeyRing(folder, lambda: 0.0).holder(shown)
    assert found is not None
    assert found.scopes == (KeyScope.COMMENTS_WRITE, KeyScope.DECISIONS_READ)
    assert found.expires_at is not None
    test.button(key="copied").click().run()
    assert not test.code
    assert shown not in str(test.main)


def test_a_refused_name_is_told(staff_page: Open, folder: KeyFolder) -> None:
    test = staff_page("keys", ADMIN)
    test.text_input(key="key_name").set_value("a *b*").run()
    test.button(key="make_key").click().run()
    assert test.error[0].value.startswith(plain("a key's name may hold"))
    assert folder.read_all() == []


def test_a_rotated_key_leaves_the_old_one_for_a_day(
    services: Services, staff_page: Open, folder: KeyFolder
) -> None:
    old = folder.create("site", NOW)
    test = staff_page("keys", ADMIN)
    test.button(key="rotate_key").click().run()
    new = test.code[0].value
    ring = KeyRing(folder, lambda: 0.0)
    records = [ring.holder(key) for key in (old, new)]
    assert [record is not None and record.expires_at is None for record in records] == [False, True]
    rows = test.dataframe[0].value
    assert list(rows["name"]) == ["site", "site"]


def test_a_revoked_key_is_gone(staff_page: Open, folder: KeyFolder) -> None:
    folder.create("site", NOW)
    test = staff_page("keys", ADMIN)
    test.button(key="revoke_key").click().run()
    assert not test.exception
    assert folder.read_all() == []
    assert test.info[0].value == say("keys.page.none")


def test_expired_and_unreadable_keys_are_told(staff_page: Open, folder: KeyFolder) -> None:
    folder.create("old", NOW, ALL_SCOPES, NOW - timedelta(days=1))
    (folder.folder / "0123456789ab.json").write_text("{")
    test = staff_page("keys", AUDITOR)
    assert not test.exception
    assert test.dataframe[0].value.iloc[0]["valid until"] == "expired 2026-11-28 12:00"
    assert "is not a key" in test.warning[0].value
