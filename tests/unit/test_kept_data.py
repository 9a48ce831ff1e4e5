"""The list of what is kept names every table of the state and all that a home holds."""

from pathlib import Path

import core.store.sql.outbox_table  # noqa: F401  (a table of its own)
from core.config import Settings
from core.inventory.kept_data import FOR_EVER, SEARCH_TABLES, kept_data
from core.moderation.erasure import RetentionDays
from core.store.sql.tables import metadata

KEPT = kept_data(RetentionDays())
# Declared by people, so nothing of anybody is in them.
DECLARED = {"backends.toml", "jobs.toml", "prices.toml", "objectives.toml"}


def test_every_table_is_on_the_list_once() -> None:
    listed = [table for one in KEPT for table in one.tables]
    assert len(listed) == len(set(listed))
    assert set(listed) - set(SEARCH_TABLES) == set(metadata.tables)


def test_everything_in_a_home_is_on_the_list_once() -> None:
    settings = Settings(home=Path("home"))
    own = {path.relative_to("home").parts[0] for path in settings.own_paths}
    listed = [name for one in KEPT for name in one.files]
    assert len(listed) == len(set(listed))
    assert set(listed) | {"state.db"} == own
    assert not own & DECLARED


def test_everything_has_a_reason_and_an_end() -> None:
    assert all(one.what and one.why and one.kept and one.erased for one in KEPT)
    assert all(one.tables or one.files for one in KEPT)


def test_a_retention_is_told() -> None:
    assert KEPT[0].kept == FOR_EVER
    assert kept_data(RetentionDays(1_000))[0].kept == "1,000 days after the last event"
    kept = kept_data(RetentionDays(1_000, addresses=200, reports=90))
    assert kept[0].kept.endswith("the address 200 days after it")
    (reports,) = (one for one in kept if "reports" in one.tables)
    assert "90 days after the report" in reports.kept
