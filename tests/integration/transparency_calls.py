"""The services of statements of reasons and of the transparency report, for the table of roles."""

from collections.abc import Callable
from datetime import UTC, datetime

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.services.statements import export_statements
from core.services.transparency import load_transparency

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

# Service, what is done with it, and who may: author moderator lead ops admin auditor.
TRANSPARENCY_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("statements.export_statements", "export"): (
        lambda s, a: list(export_statements(s.context, a, BEGINNING, s.clock.now())),
        "nnnnyy",
    ),
    ("transparency.load_transparency", "load"): (
        lambda s, a: load_transparency(s.context, a, BEGINNING, s.clock.now()),
        "nnynyy",
    ),
}
