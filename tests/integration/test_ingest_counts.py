"""The ingest report counts every thread and comment."""

from core.bootstrap.services import Services
from core.moderation.comments import IncomingComment, IncomingThread
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from tests.factories import CLEAN
from tests.integration.numbered_comments import NOW


def test_every_thread_and_comment_is_counted(services: Services) -> None:
    threads = [
        IncomingThread(source="site", source_id=f"t{n}", title="News", author="sam", created_at=NOW)
        for n in range(3)
    ]
    comments = [IncomingComment("site", f"c{n}", CLEAN, "sam", NOW) for n in range(2)]
    *_, report = ingest(services.context, SYSTEM, [*threads, *comments])
    assert (report.threads, report.stored, report.rows) == (3, 2, 5)
    *_, again = ingest(services.context, SYSTEM, [*threads, *comments])
    assert (again.stored, again.unchanged) == (0, 2)
