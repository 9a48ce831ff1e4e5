"""The digest of a day: its quiet hours, when it counts as sent, and what it says."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import InvalidInput
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.digest import Digest, QuietHours, is_claimed, local_day, quiet_hours
from core.moderation.inbox import InboxItem, InboxKind
from core.moderation.queue import Count
from core.outbox.digest_message import digest_body, digest_mail
from core.outbox.mail import MailSecurity, MailServer

NOW = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
DIGEST = Digest(
    "2026-11-02",
    NOW,
    [
        InboxItem(InboxKind.ESCALATED, Count(3), NOW),
        InboxItem(InboxKind.OVERDUE, Count(10_000, is_exact=False), NOW),
    ],
    appeals=2,
    overdue_appeals=1,
)
SERVER = MailServer("127.0.0.1", 25, MailSecurity.NONE, "console@site.example", "m@site.example")


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        ("22-7", {22, 23, 0, 1, 2, 3, 4, 5, 6}),
        ("0-8", set(range(8))),
        ("08-09", {8}),
        ("9-8", set(range(24)) - {8}),
        ("23-0", {23}),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: str, quiet: set[int]) -> None:
    found = quiet_hours(hours)
    day = [NOW.replace(hour=hour, minute=59) for hour in range(24)]
    assert {moment.hour for moment in day if found.holds(moment)} == quiet


@pytest.mark.parametrize(
    "hours", ["", "22", "22-24", "7-7", "07-7", "-1-7", "22–7", "22-7 ", "a-b"]
)
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(InvalidInput, match="two different hours from 0 to 23"):
        quiet_hours(hours)


def test_the_day_is_that_of_the_sites_zone() -> None:
    assert local_day(NOW, UTC) == "2026-11-01"
    assert local_day(NOW, ZoneInfo("Europe/Berlin")) == "2026-11-02"
    assert QuietHours(0, 1).holds(NOW.astimezone(ZoneInfo("Europe/Berlin")))


def test_one_that_failed_may_be_tried_again_and_one_that_was_begun_may_not() -> None:
    sent, failed = (
        AuditEvent("e", kind, "system", "digest:2026-11-02:email", NOW)
        for kind in (AuditKind.DIGEST_SENT, AuditKind.DIGEST_FAILED)
    )
    assert not is_claimed([])
    assert is_claimed([sent])
    assert not is_claimed([sent, failed])
    assert is_claimed([sent, failed, sent])


def test_both_forms_say_the_same_without_a_name_or_a_text() -> None:
    told = json.loads(digest_body(DIGEST, "https://console.example.org"))
    assert told == {
        "type": "inbox.digest",
        "timestamp": "2026-11-01T23:30:00Z",
        "data": {
            "day": "2026-11-02",
            "waiting": {"escalated": 3, "overdue": 10_000},
            "at_least": ["overdue"],
            "appeals": 2,
            "overdue_appeals": 1,
            "work_url": "https://console.example.org/work",
        },
    }
    mail = digest_mail(DIGEST, SERVER, "https://console.example.org")
    assert mail["Message-ID"] == "<msg_digest_2026-11-02@site.example>"
    assert mail.get_content() == (
        "What waits for a lead on 2026-11-02:\r\n\r\n- 3 escalated\r\n- 10,000+ overdue\r\n"
        "- 2 appeals, 1 past their date\r\n\r\nhttps://console.example.org/work\r\n"
    ).replace("\r\n", "\n")
    nothing = digest_mail(Digest("2026-11-02", NOW, [], 0, 0), SERVER, "https://c.example")
    assert "Nothing waits for a lead." in nothing.get_content()
