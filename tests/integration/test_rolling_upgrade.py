"""Two APIs on one PostgreSQL are upgraded one after the other under load, to a version that adds a
column: nothing acknowledged is lost, nothing is stored twice, and the old one goes on meanwhile."""

import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Event

import httpx2
import pytest

from core.moderation.permissions import SYSTEM
from core.processes.ports import free_port
from core.services.audit import verify_audit
from core.store.sql.migrate import HEAD
from tests.factories import make_services
from tests.integration.api_process import SERVE, running_api
from tests.patience import PATIENT_S
from tests.state_checks import broken_invariants, state_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CORE = Path(__file__).parents[2] / "core"
NEXT = f"{int(HEAD) + 1:04}"
MIGRATION = f'''"""A column that the next version adds."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{NEXT}", "{HEAD}"


def upgrade() -> None:
    op.add_column("comments", sa.Column("mood", sa.Text()))
'''


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A script that serves a later version: this one and one more migration."""
    folder = tmp_path_factory.mktemp("next")
    shutil.copytree(CORE, folder / "core", ignore=shutil.ignore_patterns("__pycache__"))
    scripts = folder / "core" / "store" / "migrations" / "versions"
    (scripts / f"{NEXT}_mood.py").write_text(MIGRATION)
    head = folder / "core" / "store" / "sql" / "migrate.py"
    head.write_text(head.read_text().replace(f'HEAD = "{HEAD}"', f'HEAD = "{NEXT}"'))
    return f"import sys\nsys.path.insert(0, {str(folder)!r})\n{SERVE}"


class Traffic:
    """A sender for each API, each of which posts a comment until it is acknowledged, then the
    next."""

    def __init__(self, ports: list[int]) -> None:
        self.acknowledged: list[dict[str, str]] = [{} for _ in ports]
        self.unexpected: list[str] = []
        self._stopped = Event()
        self._pool = ThreadPoolExecutor(len(ports))
        self._senders: list[Future[None]] = [
            self._pool.submit(self._post, place, port) for place, port in enumerate(ports)
        ]

    def _post(self, place: int, port: int) -> None:
        done = self.acknowledged[place]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENT_S) as client:
            while not self._stopped.is_set():
                name = f"{place}-{len(done)}"
                try:
                    answer = client.post("/v1/comments", json={"id": name, "text": "Fine."})
                except httpx2.TransportError:
                    continue  # between two versions nobody listens
                if answer.status_code == 200:
                    done[name] = answer.json()["comments"][0]["reference"]
                elif answer.status_code != 503:
                    self.unexpected.append(answer.text)

    def await_more(self, place: int, count: int = 20) -> None:
        """Until so many more are acknowledged there."""
        wanted = len(self.acknowledged[place]) + count
        deadline = time.monotonic() + PATIENT_S
        while len(self.acknowledged[place]) < wanted:
            assert time.monotonic() < deadline, f"API {place} takes nothing more"
            time.sleep(0.02)

    def stop(self) -> dict[str, str]:
        self._stopped.set()
        for sender in self._senders:
            sender.result(PATIENT_S)
        self._pool.shutdown()
        return self.acknowledged[0] | self.acknowledged[1]


def version_of(state_url: str) -> str:
    return str(state_rows(state_url, "SELECT version_num FROM alembic_version")[0][0])


def test_one_after_the_other_under_load(
    tmp_path: Path, postgres_database: str, next_version: str
) -> None:
    services = make_services(tmp_path, state_url=postgres_database)
    ports = [free_port(), free_port()]

    def api(place: int, script: str = SERVE) -> AbstractContextManager[subprocess.Popen[str]]:
        return running_api(tmp_path, ports[place], script, state_url=postgres_database)

    with ExitStack() as stack:
        old = [stack.enter_context(api(place)) for place in (0, 1)]
        traffic = Traffic(ports)
        stack.callback(traffic.stop)
        for place in (0, 1):
            traffic.await_more(place)
        assert version_of(postgres_database) == HEAD
        for place, other in ((1, 0), (0, 1)):
            old[place].send_signal(signal.SIGTERM)
            old[place].wait(PATIENT_S)
            stack.enter_context(api(place, next_version))
            assert version_of(postgres_database) == NEXT
            traffic.await_more(other)
            traffic.await_more(place)
        acknowledged = traffic.stop()
    assert traffic.unexpected == []
    stored = state_rows(
        postgres_database,
        "SELECT source_id, reference FROM comments c JOIN revisions r ON r.comment_id = c.id",
    )
    assert set(acknowledged.items()) <= set(stored)
    # One that was stored as its server stopped, before the answer, was sent again: no second one.
    assert len({name for name, _ in stored}) == len(stored) == len(acknowledged)
    assert broken_invariants(postgres_database) == {}
    assert verify_audit(services.context, SYSTEM).is_whole
    assert list(tmp_path.glob(f"state.schema-{HEAD}.dump")), "the state was not copied before"
    services.close()
    refused = subprocess.run(
        [sys.executable, "-m", "core.cli", "audit", "verify"],
        env={"MODCONSOLE_HOME": str(tmp_path), "MODCONSOLE_STATE_URL": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert f"written by a newer version (schema {NEXT}; this one knows {HEAD})" in refused.stderr
