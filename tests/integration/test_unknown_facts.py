"""Authors, times and parents that were unknown at first."""

from datetime import timedelta

from core.bootstrap.services import Services
from core.moderation.audit import AuditKind
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from core.services.queries import load_case
from tests.factories import (
    CLEAN,
    HELD,
    MODERATOR,
    scored,
)

NICE = "You are right, I read the article first."


def test_unnamed_authors_have_no_record_and_named_ones_have(services: Services) -> None:
    for author in ("[unknown]", "[deleted]", "\u3164"):
        revision = scored(services, HELD, author=author)
        assert load_case(services.context, MODERATOR, revision.id).author is None
    record = load_case(services.context, MODERATOR, scored(services, HELD).id).author
    assert record is not None
    assert record.comments == 1


def test_facts_that_were_unknown_are_filled_in_without_a_revision(services: Services) -> None:
    now = services.clock.now()
    told_at = now - timedelta(days=3)
    bare = IncomingComment("site", "n", CLEAN, "[unknown]", now, is_time_known=False)
    whole = IncomingComment("site", "n", CLEAN, "Zoë", told_at, "root")
    other = IncomingComment("site", "n", CLEAN, "Bob", now, "elsewhere")
    outcomes = [
        (report.stored, report.unchanged, report.completed)
        for row in (bare, bare, whole, whole, other)
        for report in ingest(services.context, SYSTEM, [row])
    ]
    assert outcomes == [(1, 0, 0), (0, 1, 0), (0, 1, 1), (0, 1, 0), (0, 1, 0)]
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("site", "n")
        assert comment is not None
        revision = reader.latest_revision(comment.id)
        assert revision is not None
        events = reader.audit_trail(revision.id)
    assert (comment.author, comment.created_at, comment.parent_source_id) == (
        "Zoë",
        told_at,
        "root",
    )
    assert revision.number == 1
    assert [event.kind for event in events] == [
        AuditKind.COMMENT_STORED,
        AuditKind.COMMENT_COMPLETED,
    ]
    assert events[-1].data == {"told": "author,is_time_known,parent_source_id"}


def test_facts_are_filled_in_with_an_edit_too(services: Services) -> None:
    now = services.clock.now()
    rows = [
        IncomingComment("site", "n", CLEAN, "[unknown]", now),
        IncomingComment("site", "n", NICE, "Zoë", now),
    ]
    (report,) = ingest(services.context, SYSTEM, rows)
    assert (report.edited, report.completed) == (1, 1)
