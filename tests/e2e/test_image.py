"""The Dockerfile's steps, and the image's servers: another account, a read-only root, no network.

No image is built: the steps run on this machine's own system files (tests/e2e/image.py).
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import yaml

from core.serving.api_keys import KeyFolder
from tests.e2e.dockerfile import Stage
from tests.e2e.image import (
    Container,
    Files,
    build,
    cannot_run_here,
    container,
    owned_by_server,
)
from tests.patience import PATIENT_S
from tests.postgres_server import PostgresServer, postgres_server, server_programs
from tests.programs import run_program

pytestmark = [pytest.mark.e2e, pytest.mark.long]

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
ROLE, PASSWORD = "modconsole", "hush-hush"
PUBLIC = "https://appeals.example.org"
# Prints the status and the body of an answer, or 0 and the reason that there was none.
ASK = """
import json, sys, urllib.error, urllib.request
url, body, headers = sys.argv[1], sys.argv[2].encode() or None, json.loads(sys.argv[3])
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60)
except urllib.error.HTTPError as error:
    answer = error
except OSError as error:
    print(json.dumps([0, str(error)]))
    sys.exit()
print(json.dumps([answer.status, answer.read().decode()]))
"""
# Opens a page's WebSocket under that name; prints the status.
SHAKE = """
import http.client, sys
asked = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
asked.request("GET", "/_stcore/stream", headers={
    "Host": sys.argv[2], "Origin": "https://" + sys.argv[2], "Connection": "Upgrade",
    "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
print(asked.getresponse().status)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Files, Stage]]:
    if (reason := cannot_run_here()) is not None:
        pytest.skip(f"the Dockerfile's steps can't be run here: {reason}")
    folder = tmp_path_factory.mktemp("image")
    try:
        yield build(folder)
    except subprocess.CalledProcessError as error:
        pytest.fail(f"a step of the Dockerfile failed:\n{error.stdout}\n{error.stderr}")
    finally:
        shutil.rmtree(folder)  # two gigabytes


@pytest.fixture
def image(built: tuple[Files, Stage], tmp_path: Path) -> Iterator[Container]:
    files, stage = built
    home = tmp_path / "home"
    home.mkdir()
    with container(files, stage, {"/data": owned_by_server(home, stage, 0o700)}) as running:
        yield running


def ask(image: Container, url: str, body: str = "", **headers: str) -> tuple[int, str]:
    done = image.run("python", "-c", ASK, url, body, json.dumps(headers))
    assert done.returncode == 0, done.stderr
    status, text = json.loads(done.stdout)
    return status, text


@contextmanager
def running(image: Container, url: str, *words: str, **settings: str) -> Iterator[None]:
    """A server that answers there. It must stop when asked, and have written lines of JSON only."""
    process = image.start(*words, **settings)
    try:
        deadline = time.monotonic() + PATIENT_S
        while ask(image, url)[0] != 200:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "no answer"
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=PATIENT_S)
    # A page's server ends itself by the same signal, once it has stopped.
    assert process.returncode in (0, -signal.SIGTERM), output
    assert output
    assert [line for line in output.splitlines() if "time" not in json.loads(line)] == []


@pytest.mark.parametrize("place", ["/", "/opt/modconsole/", "/usr/", "/etc/"])
def test_nobody_can_write_outside_the_volume_and_tmp(image: Container, place: str) -> None:
    # As root, so that it is the mount which refuses and not a file's owner.
    done = image.run("touch", f"{place}attempt", as_root=True)
    assert "Read-only file system" in done.stderr
    assert image.run("touch", "/data/attempt", "/tmp/attempt").returncode == 0


def test_the_servers_account_is_nobody_and_has_no_network(image: Container) -> None:
    script = "import os, socket; print(os.getuid(), os.getgid(), os.getgroups(), "
    script += "socket.if_nameindex(), open('/proc/self/status').read().split('CapBnd:')[1][:17])"
    told = image.run("python", "-c", script).stdout.split()
    assert told == ["10001", "10001", "[]", "[(1,", "'lo')]", "0000000000000000"]


def test_nothing_of_this_machine_but_the_base_is_there(image: Container) -> None:
    done = image.run("python", "-c", "import core, psycopg, sys; print(core.__file__, sys.path)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("/opt/modconsole/lib/")
    assert str(Path(__file__).parents[2]) not in done.stdout
    assert image.run("test", "-e", "/source").returncode == 1


def test_the_api_asks_for_a_key_and_scores(image: Container) -> None:
    refused = image.start("serve")
    output, _ = refused.communicate(timeout=PATIENT_S)
    assert refused.returncode == 2
    assert "an API key is needed" in json.loads(output.splitlines()[-1])["message"]
    key = image.run("modconsole", "key", "create", "site").stdout.strip()
    command = image.stage.last("CMD").arguments
    with running(image, "http://127.0.0.1:8000/v2/health/ready", *command):
        check = image.stage.last("HEALTHCHECK").arguments
        assert image.run(*check).returncode == 0
        url, body = "http://127.0.0.1:8000/v1/comments", '{"id": "1", "text": "You idiot"}'
        kind = {"content-type": "application/json"}
        assert ask(image, url, body, **kind)[0] == 401
        status, text = ask(image, url, body, **kind, **{"x-api-key": key})
        assert status == 200, text
        # The shipped model, which is in the image.
        (comment,) = json.loads(text)["comments"]
        assert comment["action"] == "hold"
        assert max(comment["scores"].values()) > 0.9


def test_the_pages_answer_each_where_it_may(image: Container) -> None:
    with running(image, "http://127.0.0.1:8501/_stcore/health", "dashboard"):
        assert "<title>" in ask(image, "http://127.0.0.1:8501/")[1]
    settings = {"MODCONSOLE_AUTHOR_HOST": "0.0.0.0", "MODCONSOLE_PUBLIC_URL": PUBLIC}
    with running(image, "http://127.0.0.1:8502/_stcore/health", "author", **settings):
        # 127.0.0.2 stands for any address but the one that the console listens on.
        assert "<title>" in ask(image, "http://127.0.0.2:8502/")[1]
        names = {"appeals.example.org": "101", "attacker.example": "403"}
        for name, status in names.items():
            assert image.run("python", "-c", SHAKE, "8502", name).stdout.strip() == status


def test_the_console_can_not_be_reached_from_another_address(image: Container) -> None:
    settings = {"MODCONSOLE_AUTHOR_HOST": "0.0.0.0", "MODCONSOLE_PUBLIC_URL": PUBLIC}
    with running(image, "http://127.0.0.1:8501/_stcore/health", "dashboard", **settings):
        status, reason = ask(image, "http://127.0.0.2:8501/")
        assert (status, "refused" in reason) == (0, True)


@pytest.mark.parametrize(("mode", "works"), [(0o600, True), (0o640, False)])
def test_the_state_is_postgresql_as_compose_names_it(
    built: tuple[Files, Stage], postgres: PostgresServer, tmp_path: Path, mode: int, works: bool
) -> None:
    # A file of passwords that a group may read is ignored: why the chart makes a copy of it.
    files, stage = built
    server = yaml.safe_load(COMPOSE.read_text())["services"]["migrate"]
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "pgpass").write_text(f"*:*:{ROLE}:{ROLE}:{PASSWORD}\n")
    owned_by_server(secrets / "pgpass", stage, mode)
    home = tmp_path / "home"
    home.mkdir()
    volumes = {
        "/data": owned_by_server(home, stage, 0o700),
        "/run/secrets": owned_by_server(secrets, stage, 0o700),
        "/run/postgresql": postgres.folder,
    }
    settings = server["environment"] | {"PGPORT": str(postgres.port)}
    settings["MODCONSOLE_PUBLIC_URL"] = PUBLIC  # compose takes it from its own environment
    with container(files, stage, volumes) as running:
        process = running.start(*server["command"], **settings)
        output, _ = process.communicate(timeout=PATIENT_S)
    assert (process.returncode == 0) is works, output
    assert PASSWORD not in output
    assert ("is up to date" in output) is works


def test_the_charts_first_step_gives_a_pod_its_home_and_secrets(
    built: tuple[Files, Stage], tmp_path: Path
) -> None:
    done = run_program("helm", "template", "site", COMPOSE.parent / "chart")
    parts = {
        (each["kind"], each["metadata"]["name"]): each
        for each in yaml.safe_load_all(done.stdout)
        if each
    }
    pod = parts["Deployment", "site-api"]["spec"]["template"]["spec"]
    first, (server,) = pod["initContainers"][0], pod["containers"]
    volumes = {mount["mountPath"]: tmp_path / mount["name"] for mount in first["volumeMounts"]}
    key = KeyFolder(tmp_path / "api-keys").create("site", datetime.now(UTC))
    for folder in volumes.values():
        folder.mkdir(exist_ok=True)
    (volumes["/run/secrets/state"] / "pgpass").write_text("*:*:*:*:x")
    _as_kubernetes_lays_them(tmp_path)
    files, stage = built
    with container(files, stage, volumes) as image:
        done = image.run(*first["command"], *first["args"])
        assert (done.returncode, done.stderr) == (0, "")
        modes = image.run("stat", "--format=%a", "/run/own/pgpass", "/data/home").stdout.split()
        # A folder keeps its parent's bit 2000: what is made in it gets the pod's group.
        assert modes == ["600", "2700"]
        settings = {each["name"]: each["value"] for each in server["env"]}
        del settings["MODCONSOLE_STATE_URL"]  # the one of compose is tried above
        with running(image, "http://127.0.0.1:8000/v2/health/ready", *server["args"], **settings):
            asked = ask(image, "http://127.0.0.1:8000/metrics", **{"x-api-key": key})
            assert asked[0] == 200
            assert "modconsole_in_flight_requests" in asked[1]


def _as_kubernetes_lays_them(folder: Path) -> None:
    """Volumes belong to root and to the pod's group, which may read secrets and write the rest."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, 0, 10001)
        path.chmod(0o2777 if path.is_dir() else 0o440)


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """With a role that needs its password on the socket too."""
    if server_programs() is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql runs this test")
    with postgres_server() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            made = (
                f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE DATABASE {ROLE} OWNER {ROLE}",
            )
            for statement in made:
                connection.execute(statement.encode())
            access = server.folder / "data" / "pg_hba.conf"
            access.write_text(f"local all {ROLE} scram-sha-256\n{access.read_text()}")
            connection.execute(b"SELECT pg_reload_conf()")
        yield server
