"""A small backup for tests."""

from datetime import UTC, datetime
from pathlib import Path

from core.backup.making import make_backup
from core.config import STATE_IN_HOME, Settings
from tests.factories import HELD, make_services, scored

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def small_backup(folder: Path) -> Path:
    """Of a state with one comment by sam, and its serving log."""
    services = make_services(folder / "home", state_url=STATE_IN_HOME)
    scored(services, HELD)
    services.close()
    settings = Settings(home=folder / "home")
    make_backup(settings, folder / "b.tar", console="0.1.0", made_at=AT, environ={})
    return folder / "b.tar"
