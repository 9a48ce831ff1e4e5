"""The index of the search on PostgreSQL: it is made for a state of an earlier version, and read
block by block."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.bootstrap.services import Services
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.audit import verify_audit
from core.services.search import search
from core.store.sql.postgres.search_index import LEVELS
from tests.factories import HELD, MODERATOR, decided, make_services, posted, scored, withdrawn
from tests.postgres_server import drop_database, new_database
from tests.search_index import check_postgres_index

BACK_TO_0012 = (
    "DROP TABLE people",
    "DROP TABLE golden_answers",
    "DROP TABLE second_looks",
    "DROP TABLE policy_drafts",
    "DROP TABLE outbox",
    "DROP INDEX ix_audit_kind",
    "DROP INDEX ix_audit_actor",
    "DROP TABLE first_looks",
    "ALTER TABLE appeals DROP COLUMN due_at",
    "DROP TRIGGER audit_kept ON audit_events",
    "DROP TRIGGER audit_noted ON audit_events",
    "DROP FUNCTION audit_kept",
    "DROP FUNCTION audit_noted",
    "DROP TABLE audit_head",
    "ALTER TABLE audit_events DROP COLUMN link",
    "ALTER TABLE audit_events DROP COLUMN erased_digest",
    "ALTER TABLE comments DROP COLUMN erased_at, DROP COLUMN author_email",
    "ALTER TABLE sign_ins DROP COLUMN role, DROP COLUMN checked_at, DROP COLUMN asked_at, "
    "DROP COLUMN sealed",
    "DROP TABLE search_documents",
    "UPDATE alembic_version SET version_num = '0012'",
)
"""Takes back what the migrations after it made."""


def test_texts_of_an_earlier_version_enter_the_search(
    tmp_path: Path, postgres_database: str
) -> None:
    services = make_services(tmp_path, state_url=postgres_database)
    for number in range(3):
        decided(services, scored(services, f"{HELD} {number}"), Action.REMOVE, note="early")
    services.close()
    with psycopg.connect(postgres_database) as connection:
        for statement in BACK_TO_0012:
            connection.execute(statement.encode())
    for _ in range(2):  # the second time there is nothing left to do
        services = make_services(tmp_path, state_url=postgres_database)
        found = search(services.context, MODERATOR, "idiot note:early by:mina").items
        assert [item.excerpt.text for item in found] == [f"{HELD} {each}" for each in (2, 1, 0)]
        newest = scored(services, f"{HELD} 3")
        assert search(services.context, MODERATOR, "idiot").items[0].revision_id == newest.id
        withdrawn(services, newest)
        services.close()
    check_postgres_index(postgres_database)
    services = make_services(tmp_path, state_url=postgres_database)
    assert verify_audit(services.context, SYSTEM).is_whole  # also the events from before
    services.close()


EDGES = [1 << level for level in LEVELS] + [3 << LEVELS[-1]]
NUMBERS = sorted({1, *(edge + step for edge in EDGES for step in (-2, -1, 0, 1))})
"""Of texts at the edges of blocks of every size."""


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize(
    ("query", "is_meant"),
    [
        ("often", lambda number: number % 5),
        ("rare", lambda number: not number % 5),
        ("rare OR often", lambda number: True),
        ('"often 1" OR "often 8191"', lambda number: number in (1, 8191)),
        ("often -1024", lambda number: number % 5 and number != 1024),
        ("often is:open", lambda number: False),
    ],
)
def test_a_search_goes_back_through_blocks_of_every_size(
    texts_at_edges: Services, query: str, is_meant: Callable[[int], bool], limit: int
) -> None:
    found = list(_all_pages(texts_at_edges, query, limit))
    assert found == [number for number in reversed(NUMBERS) if is_meant(number)]


@pytest.fixture(scope="module")
def texts_at_edges(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Services]:
    url = new_database(postgres)
    services = make_services(tmp_path_factory.mktemp("home"), state_url=url)
    with psycopg.connect(url, autocommit=True) as connection:
        for number in NUMBERS:
            restart = f"ALTER SEQUENCE search_documents_id_seq RESTART WITH {number}"
            connection.execute(restart.encode())
            posted(services, f"{'often' if number % 5 else 'rare'} {number}")
    yield services
    services.close()
    drop_database(url)


def _all_pages(services: Services, query: str, limit: int) -> Iterator[int]:
    after: str | None = None
    while True:
        page = search(services.context, MODERATOR, query, limit=limit, after=after)
        for item in page.items:
            yield int(item.excerpt.text.split()[1])
        if (after := page.next) is None:
            return
