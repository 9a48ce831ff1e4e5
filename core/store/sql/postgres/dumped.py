"""A copy of the state in PostgreSQL, by its own pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from core.errors import InvalidInput, MissingExtra, StoreError
from core.store.sql.postgres.connections import parse_url

_DEBIAN = Path("/usr/lib/postgresql")
_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


def dump_state(state_url: str, target: Path) -> str:
    """Writes the state of one moment to `target`, in pg_dump's custom format, while others write.
    Returns its schema's version. Raises StoreError, and MissingExtra without pg_dump."""
    url = parse_url(state_url)
    schema = _asked(url, "SELECT version_num FROM alembic_version")
    _run(url, "pg_dump", ["--format=custom", "--no-owner", "--no-acl", f"--file={target}"])
    return str(schema)


def restore_state(state_url: str, source: Path) -> None:
    """Fills an empty database, all or nothing. Raises InvalidInput if it has tables, StoreError,
    and MissingExtra without pg_restore."""
    url = parse_url(state_url)
    if _asked(url, _TABLES):
        raise InvalidInput(
            f"{url.render_as_string()} has tables: a backup is restored into an empty database"
        )
    # pg_dump's file would make the schema `public` again, which each database has from the start.
    options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
    _run(url, "pg_restore", [*options, str(source)])


def _asked(url: URL, query: str) -> object:
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise StoreError(f"{url.render_as_string()}: {reason}") from error
    finally:
        engine.dispose()


def _run(url: URL, program: str, options: Sequence[str]) -> None:
    # The password by a variable, since any account of the machine can read a command line.
    without = url.set(drivername="postgresql", password=None).render_as_string()
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    done = subprocess.run(
        [_program(program), "--no-password", f"--dbname={without}", *options],
        env=os.environ | password,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip() or "it says nothing").splitlines()[0]
        raise StoreError(f"{url.render_as_string()}: {reason}")


def _program(name: str) -> str:
    newest = sorted(_DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    found = next((str(path) for path in newest), None) or shutil.which(name)
    if found is None:
        raise MissingExtra(
            f"a state in PostgreSQL is copied by {name}, which is not here: install PostgreSQL's "
            "client programs, as new as its server"
        )
    return found
