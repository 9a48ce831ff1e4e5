"""Ingest into SQLite: every row counted, edits, sources that fail."""

from collections.abc import Iterator

import pytest

from core.bootstrap.services import Services
from core.errors import PermissionDenied, SourceUnavailable
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingThread
from core.moderation.permissions import SYSTEM, Actor, Role
from core.services.ingest import BATCH_ROWS, KEPT_REJECTIONS, ingest
from core.services.score import score_waiting
from core.sources.base import Rejected, Skipped, SourceItem
from tests.factories import HELD, audit_kinds
from tests.integration.numbered_comments import NOW, bring_in, comment, counts, latest, status_of


def test_report_accounts_for_every_row(services: Services) -> None:
    bring_in(services, comment(1), comment(2))
    report = bring_in(
        services,
        comment(1),  # known, the same
        comment(2, HELD),  # known, edited
        comment(3),
        IncomingThread("site", "t1", "A title", None, NOW),
        Skipped("row 5", "no text"),
        Skipped("row 6", "no text"),
        Rejected("row 7", "row 7: a row must be an object"),
        comment(4, ""),  # refused by the rules
        comment(5, "<p></p>"),  # nothing readable
    )
    assert (report.stored, report.edited, report.unchanged, report.threads) == (1, 1, 1, 1)
    assert report.skipped == {"no text": 2}
    assert report.rejections == [
        "row 7: a row must be an object",
        "comment 'n4': the text is empty",
        "comment 'n5': nothing readable is left of the text",
    ]
    assert report.rejected == 3
    assert report.rows == 9


def test_report_keeps_the_first_rejections_and_counts_all(services: Services) -> None:
    rows = [Rejected(f"row {n}", f"message {n}") for n in range(KEPT_REJECTIONS + 5)]
    report = bring_in(services, *rows)
    assert report.rejected == len(rows)
    assert report.rejections == [f"message {n}" for n in range(KEPT_REJECTIONS)]


def test_empty_source_gives_no_report(services: Services) -> None:
    assert list(ingest(services.context, SYSTEM, [])) == []


def test_same_rows_again_change_nothing(services: Services) -> None:
    bring_in(services, comment(1))
    before = latest(services, 1)
    report = bring_in(services, comment(1))
    assert report.unchanged == 1
    assert latest(services, 1) == before
    assert audit_kinds(services, before) == [AuditKind.COMMENT_STORED]


def test_failing_source_keeps_every_row_read_before_it_failed(services: Services) -> None:
    def source() -> Iterator[SourceItem]:
        yield from (comment(number) for number in range(BATCH_ROWS + 10))
        raise SourceUnavailable("the site is gone")

    reports = ingest(services.context, SYSTEM, source())
    assert next(reports).stored == BATCH_ROWS
    assert next(reports).stored == BATCH_ROWS + 10
    with pytest.raises(SourceUnavailable):
        next(reports)
    assert counts(services).not_scored_yet == BATCH_ROWS + 10


def test_edit_is_a_new_revision_and_closes_the_case_of_the_old(services: Services) -> None:
    bring_in(services, comment(1, HELD))
    list(score_waiting(services.context, services.scorer))
    old = latest(services, 1)
    assert status_of(services, old) is CaseStatus.OPEN

    bring_in(services, comment(1, "You idiot, I have rewritten this."))
    new = latest(services, 1)
    assert (new.number, new.version, new.comment_id) == (2, 0, old.comment_id)
    assert new.reference != old.reference
    assert status_of(services, old) is CaseStatus.CLOSED
    assert audit_kinds(services, new) == [AuditKind.COMMENT_EDITED]
    assert counts(services).not_scored_yet == 1

    list(score_waiting(services.context, services.scorer))
    assert status_of(services, latest(services, 1)) is CaseStatus.OPEN
    assert counts(services).open == 1


def test_text_of_before_the_edit_is_an_edit_again(services: Services) -> None:
    for text in ("first", "second", "first"):
        bring_in(services, comment(1, text))
    assert latest(services, 1).number == 3


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.AUDITOR])
def test_only_ops_and_the_system_ingest_comments(services: Services, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        list(ingest(services.context, Actor("x", role), [comment(1)]))
    assert counts(services).not_scored_yet == 0


def test_thread_that_cant_be_stored_is_rejected_by_name(services: Services) -> None:
    now = services.clock.now()
    threads = [
        IncomingThread("test", "good", "Title", None, now),
        IncomingThread("test", "bad", "a\0b", None, now),
    ]
    (report,) = ingest(services.context, SYSTEM, threads)
    assert (report.threads, report.rejected) == (1, 1)
    assert report.rejections == ["thread 'bad': `title` holds a NUL character or a lone surrogate"]
