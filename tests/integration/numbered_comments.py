"""Comments of one site, identified by a number: ingesting them, and their present status."""

from datetime import UTC, datetime

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, Revision
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.sources.base import SourceItem
from core.store.views import QueueCount
from tests.factories import CLEAN

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def comment(number: int, text: str = CLEAN) -> IncomingComment:
    return IncomingComment("site", f"n{number}", text, "sam", NOW)


def bring_in(services: Services, *items: SourceItem) -> IngestReport:
    return list(ingest(services.context, SYSTEM, items))[-1]


def latest(services: Services, number: int) -> Revision:
    with services.context.store.read() as reader:
        known = reader.comment_by_source("site", f"n{number}")
        revision = reader.latest_revision(known.id) if known else None
    assert revision is not None
    return revision


def status_of(services: Services, revision: Revision) -> CaseStatus | None:
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    return case.status if case else None


def counts(services: Services) -> QueueCount:
    with services.context.store.read() as reader:
        return reader.queue_count()
