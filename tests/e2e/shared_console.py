"""What the tests of one file need to share a staff console, whose start takes longer than most of
them: each begins at an empty queue, signs in by itself, and looks only at its own comments."""

from typing import NamedTuple

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from tests.factories import listed, withdrawn


class Staff(NamedTuple):
    """The services on the console's home, and its address."""

    services: Services
    address: str


def empty_queue(services: Services) -> None:
    """Withdraws every comment that still waits for a reviewer."""
    while waiting := listed(services, CaseStatus.OPEN, CaseStatus.ESCALATED):
        with services.context.store.read() as reader:
            left = [reader.revision(line.revision_id) for line in waiting]
        for revision in filter(None, left):
            withdrawn(services, revision)
    with services.context.store.read() as reader:
        count = reader.queue_count()
    assert (count.open, count.escalated) == (0, 0)
