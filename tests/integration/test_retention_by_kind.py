"""Addresses of authors and names of reporters are kept for days of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.environment import load_settings
from core.errors import ConfigError
from core.moderation.audit import AuditFilter, AuditKind
from core.moderation.comments import IncomingComment, Revision
from core.moderation.erasure import ErasureCount, RetentionDays, is_erased_name
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.audit import verify_audit
from core.services.erasure import erase_expired
from core.services.ingest import ingest
from core.services.report import mute_reporter
from tests.factories import (
    CLEAN,
    LEAD,
    appealed,
    decided,
    make_services,
    removed_by_person,
    reported,
    scored,
    source_key,
)
from tests.integration.test_erasure_services import files_with, rows_with
from tests.moving_clock import MovingClock
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

DAY_S = 86_400
EMAIL = "sam.quixworth@mail.example"
NAME, WORDS = "vera-quixworth", "It is about my zanzibarical street."


class Site:
    def __init__(self, home: Path, state_url: str, **changes: str) -> None:
        self.clock = MovingClock()
        self.services: Services = make_services(
            home, clock=self.clock.clock, state_url=state_url, **changes
        )

    def days_pass(self, days: int) -> None:
        self.clock.move(days * DAY_S)

    def erase(self, *days: int) -> ErasureCount:
        total = ErasureCount()
        for erased in erase_expired(self.services.context, SYSTEM, RetentionDays(*days)):
            total += erased
        assert broken_invariants(place_of(self.services.settings)) == {}
        return total

    def give_address(self, revision: Revision) -> Revision:
        key = source_key(self.services, revision)
        row = IncomingComment(*key, revision.original, "sam", self.clock.now, author_email=EMAIL)
        list(ingest(self.services.context, SYSTEM, [row]))
        return revision

    def reports(self, revision: Revision) -> list[tuple[str, str]]:
        with self.services.context.store.read() as reader:
            found = reader.reports(revision.id)
        return [(each.report.reporter, each.report.words) for each in found]

    def events(self, kind: AuditKind) -> list[dict[str, str]]:
        with self.services.context.store.read() as reader:
            found = reader.audit_events(AuditFilter(kind=kind), 100, None)
        return [dict(event.data) for _, event in found]


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Site]:
    made = Site(tmp_path, each_state_url)
    yield made
    made.services.close()


def test_an_address_goes_before_its_comment(site: Site) -> None:
    removed = site.give_address(removed_by_person(site.services))
    waits = site.give_address(removed_by_person(site.services))
    site.days_pass(30)
    appealed(site.services, waits)
    assert site.erase(0, 31) == ErasureCount()
    site.days_pass(2)
    young = site.give_address(removed_by_person(site.services))
    assert site.erase(0, 31) == ErasureCount(addresses=1)
    assert rows_with(site.services, EMAIL) == {"comments": 2}
    with site.services.context.store.read() as reader:
        left = {
            revision.id: reader.comment(revision.comment_id) for revision in (removed, waits, young)
        }
    emails = [comment and (comment.author, comment.author_email) for comment in left.values()]
    assert emails == [("sam", None), ("sam", EMAIL), ("sam", EMAIL)]
    assert site.events(AuditKind.ADDRESS_ERASED) == [{"addresses": "1"}]
    assert site.erase(0, 31) == ErasureCount()
    assert len(site.events(AuditKind.ADDRESS_ERASED)) == 1


def test_the_name_of_a_reporter_goes_once_the_case_is_closed(site: Site) -> None:
    closed, open_one = scored(site.services, CLEAN), scored(site.services, CLEAN)
    for revision in (closed, open_one):
        reported(site.services, revision, NAME, words=WORDS)
        reported(site.services, revision, "una", words="")
    decided(site.services, closed, Action.REMOVE)
    site.days_pass(40)
    late = scored(site.services, CLEAN)
    reported(site.services, late, NAME, words=WORDS)
    decided(site.services, late, Action.APPROVE)
    assert site.erase(0, 0, 30) == ErasureCount(reports=2)
    names = site.reports(closed)
    assert all(is_erased_name(name) and not words for name, words in names)
    assert len({name for name, _ in names}) == 2
    assert (NAME, WORDS) in site.reports(open_one)
    assert (NAME, WORDS) in site.reports(late)
    decided(site.services, open_one, Action.REMOVE)
    assert site.erase(0, 0, 30) == ErasureCount(reports=2)
    assert site.erase(0, 0, 30) == ErasureCount()
    site.days_pass(31)
    assert site.erase(0, 0, 30) == ErasureCount(reports=1)
    assert rows_with(site.services, NAME) == {}
    assert rows_with(site.services, WORDS) == {}
    assert files_with(site.services, NAME) == []
    assert verify_audit(site.services.context, SYSTEM).is_whole


def test_who_is_muted_stays_muted(site: Site) -> None:
    revision = scored(site.services, CLEAN)
    reported(site.services, revision, NAME, words=WORDS)
    decided(site.services, revision, Action.APPROVE)
    mute_reporter(site.services.context, LEAD, "test", NAME, "Bad faith.")
    site.days_pass(31)
    assert site.erase(0, 0, 30) == ErasureCount(reports=1)
    assert set(rows_with(site.services, NAME)) == {"muted_reporters", "audit_events"}


def test_a_report_whose_end_is_not_told_yet_keeps_its_name(
    tmp_path: Path, each_state_url: str
) -> None:
    webhook = {
        "webhook_url": "https://site.example/hook",
        "webhook_secret": "whsec_" + "A" * 43 + "=",
    }
    site = Site(tmp_path, each_state_url, tell_reporters="yes", **webhook)
    revision = scored(site.services, CLEAN)
    reported(site.services, revision, NAME, words=WORDS)
    decided(site.services, revision, Action.REMOVE)
    site.days_pass(31)
    assert site.erase(0, 0, 30) == ErasureCount()
    site.services.close()


def test_a_hundred_and_more_go_in_batches(site: Site) -> None:
    revision = scored(site.services, CLEAN)
    for number in range(103):
        reported(site.services, revision, f"{NAME}-{number}")
    decided(site.services, revision, Action.REMOVE)
    site.days_pass(2)
    assert site.erase(0, 0, 1) == ErasureCount(reports=103)
    assert len(site.events(AuditKind.REPORTER_ERASED)) == 2


@pytest.mark.parametrize("name", ["RETENTION_ADDRESSES_DAYS", "RETENTION_REPORTS_DAYS"])
def test_days_are_none_or_some(name: str) -> None:
    assert load_settings({f"MODCONSOLE_{name}": "30"}).retention != RetentionDays()
    assert load_settings({f"MODCONSOLE_{name}": "0"}).retention == RetentionDays()
    with pytest.raises(ConfigError, match=f"MODCONSOLE_{name}"):
        load_settings({f"MODCONSOLE_{name}": "-1"})
