"""What may be erased, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from core.environment import load_settings
from core.errors import ConfigError, InvalidInput
from core.moderation.comments import is_named
from core.moderation.erasure import (
    ERASED,
    ErasureCount,
    check_erasable,
    erased_name,
    kept_since,
    retention_problem,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["sam", "Sam O'Neil", "'; DROP TABLE", "删除", "x" * 200])
def test_a_name_of_one_person_can_be_erased(name: str) -> None:
    check_erasable("site", name)


@pytest.mark.parametrize(
    "name", ["", " ", "[deleted]", "Anonymous", "[unknown]", ERASED, "a\nb", "\ud800", "x" * 201]
)
def test_a_name_of_nobody_or_of_many_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_erasable("site", name)


def test_a_site_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="source"):
        check_erasable("", "sam")


def test_an_erased_author_has_no_record_but_a_reporter_keeps_a_name_of_their_own() -> None:
    assert not is_named(ERASED)
    assert erased_name("1") != erased_name("2")
    assert erased_name("1").startswith(ERASED)


def test_nothing_is_ever_too_old_unless_the_site_says_so() -> None:
    assert kept_since(NOW, 0) is None
    assert kept_since(NOW, 30) == NOW - timedelta(days=30)


@pytest.mark.parametrize(("days", "is_fine"), [(0, True), (9, False), (10, True), (5_000, True)])
def test_an_appeal_must_find_its_text(days: int, is_fine: bool) -> None:
    assert (retention_problem(days, 7, 3) is None) is is_fine


def test_a_setting_too_short_for_appeals_is_refused_with_what_is_needed() -> None:
    with pytest.raises(ConfigError, match="191 and more"):
        load_settings({"MODCONSOLE_RETENTION_DAYS": "30"})
    days = {"MODCONSOLE_RETENTION_DAYS": "30", "MODCONSOLE_APPEAL_WINDOW_DAYS": "20"}
    assert load_settings(days).retention_days == 30


def test_counts_add_up() -> None:
    total = ErasureCount(1, 2, 3) + ErasureCount(comments=4)
    assert total == ErasureCount(5, 2, 3)
    assert not total.is_nothing
    assert ErasureCount().is_nothing
