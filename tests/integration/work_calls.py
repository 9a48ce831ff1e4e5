"""The service of the page Work, for the table of roles."""

from collections.abc import Callable
from datetime import UTC, datetime

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.services.work import load_work

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

# Service, what is done with it, and who may: author moderator lead ops admin auditor.
WORK_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("work.load_work", "load"): (lambda s, a: load_work(s.context, a, BEGINNING), "nnynyy"),
}
