"""A real PostgreSQL server for the tests: Debian's, in a folder of its own, on a free port."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from core.identifiers import new_id
from core.processes.ports import free_port

USER = "mod"
LOCKED, PASSWORD = "locked", "hush-hush"
_ACCOUNT = "postgres"
"""initdb refuses to run as root."""


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl; None if PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in folders if (one / "pg_ctl").exists()), None)


class PostgresServer:
    """A new server in an empty folder. It trusts everybody but `LOCKED`, who needs
    PASSWORD."""

    def __init__(self, folder: Path) -> None:
        programs = server_programs()
        assert programs is not None
        self._as_account: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, _ACCOUNT)
            self._as_account = ["runuser", "-u", _ACCOUNT, "--"]
        data, port = folder / "data", free_port()
        self.folder, self.port = folder, port
        self.url = f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        made = ["-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run(str(programs / "initdb"), "-D", str(data), "-U", USER, *made)
        access = data / "pg_hba.conf"
        access.write_text(f"host all {LOCKED} 127.0.0.1/32 scram-sha-256\n{access.read_text()}")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        self._options = ["-w", "-l", str(folder / "log"), "-o", f"{options} -c fsync=off"]
        self._control = [str(programs / "pg_ctl"), "-D", str(data)]

    def start(self) -> None:
        self._run(*self._control, *self._options, "start")

    def stop(self) -> None:
        """As a crash would: it ends every connection at once."""
        self._run(*self._control, "-m", "immediate", "stop")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [*self._as_account, *command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )
        assert done.returncode == 0, done.stdout


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs inside the block."""
    # Its socket's path must be short, and its account must reach the folder.
    with TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder))
        server.start()
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'".encode())
        try:
            yield server
        finally:
            server.stop()


def can_run() -> str | None:
    """None if a server can be started here, else why not."""
    if server_programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    if os.geteuid() == 0 and _ACCOUNT not in {each.pw_name for each in pwd.getpwall()}:
        return f"root can't run PostgreSQL, and there is no account `{_ACCOUNT}`"
    return None


def new_database(url: str, *, is_copy: bool = False) -> str:
    """The URL of a new database on that server: empty, or with the content of the one in `url`."""
    name = f"test_{new_id()}"
    server, _, known = url.rpartition("/")
    template = f" TEMPLATE {known}" if is_copy else ""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}".encode())
    return f"{server}/{name}"


def drop_database(url: str) -> None:
    """Removes it, with whoever is connected: a database takes 7 MB."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def ask(url: str, query: str) -> None:
    """Run `query` there and then, outside any transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(query.encode())
