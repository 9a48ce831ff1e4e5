"""Empty states on a PostgreSQL server. They are emptied and used again: to make a database takes
longer than most tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from core.config import STATE_IN_HOME
from core.store.sql.tables import metadata
from tests.postgres_server import drop_database, new_database

STATE = "TESTS_STATE"
"""Set to `postgresql`, the tests' services keep their state on a PostgreSQL server."""

EMPTY = f"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
TRUNCATE {", ".join(metadata.tables)}, search_documents RESTART IDENTITY
"""


class PostgresStates:
    """`template` is the URL of a database with the console's tables, which stays as it is."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._free: list[str] = []
        self._of_homes: dict[Path, str] = {}

    def take(self) -> str:
        """The URL of an empty state, until it is given back."""
        return self._free.pop() if self._free else new_database(self._template, is_copy=True)

    def give_back(self, url: str) -> None:
        """Ends its connections and removes what it holds."""
        try:
            with psycopg.connect(url) as connection:
                connection.execute(EMPTY.encode())
        except psycopg.Error:
            drop_database(url)
        else:
            self._free.append(url)

    def of_home(self, home: Path) -> str:
        """The state of that home, its own until the test ends, or the module that began with it."""
        place = home.absolute()
        if place not in self._of_homes:
            self._of_homes[place] = self.take()
        return self._of_homes[place]

    @contextmanager
    def test(self) -> Iterator[None]:
        """Takes back the states of the homes that are new in the block."""
        before = set(self._of_homes)
        yield
        for home in self._of_homes.keys() - before:
            self.give_back(self._of_homes.pop(home))


_in_use: list[PostgresStates] = []


def keep_states_in(states: PostgresStates) -> None:
    """From now on `state_url` gives databases."""
    _in_use[:] = [states]


def state_url(home: Path) -> str:
    """Where the state of that home is: a database of its own, or the home's file."""
    return _in_use[0].of_home(home) if _in_use else STATE_IN_HOME
