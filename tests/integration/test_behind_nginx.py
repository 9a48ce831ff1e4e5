"""The servers behind nginx, as deploy/nginx.conf puts it there."""

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep

import pytest

from core.processes.console import LIVE_PATH
from core.processes.health import await_answer
from core.processes.ports import free_port
from dashboard.no_proxy import REFUSAL
from tests.behind_nginx import API, CONSOLE, LOOK_UP, Answer, Nginx, cannot_run_here, running_nginx
from tests.patience import PATIENT_S

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(cannot_run_here()), reason=str(cannot_run_here())),
]
POST = {"Content-Type": "application/json"}
TEXT = json.dumps({"inputs": "fine"}).encode()


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def running(arguments: list[str], port: int, path: str, settings: dict[str, str]) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MODCONSOLE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=kept | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert await_answer(process, port, path, within_s=PATIENT_S)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def echoed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx before a server that tells what reached it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = dict.fromkeys((CONSOLE, LOOK_UP, API), server.server_address[1])
    with running_nginx(tmp_path_factory.mktemp("echo"), ports) as nginx:
        yield nginx
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx before the servers of a site whose staff sign in by a provider."""
    ports = {name: free_port() for name in (CONSOLE, LOOK_UP, API)}
    with ExitStack() as stack:
        nginx = stack.enter_context(running_nginx(tmp_path_factory.mktemp("nginx"), ports))
        settings = {
            "MODCONSOLE_HOME": str(tmp_path_factory.mktemp("home")),
            "MODCONSOLE_BACKEND": "fake",
            "MODCONSOLE_DASHBOARD_PORT": str(ports[CONSOLE]),
            "MODCONSOLE_AUTHOR_PORT": str(ports[LOOK_UP]),
            "MODCONSOLE_API_PORT": str(ports[API]),
            "MODCONSOLE_PUBLIC_URL": f"https://{LOOK_UP}:{nginx.port}",
            "MODCONSOLE_STAFF_URL": f"https://{CONSOLE}:{nginx.port}",
            "MODCONSOLE_SIGN_IN": "oidc",
            "MODCONSOLE_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
            "MODCONSOLE_OIDC_CLIENT_ID": "console",
        }
        health = "/_stcore/health"
        stack.enter_context(running(["core.cli", "serve"], ports[API], LIVE_PATH, settings))
        pages = {"staff": ports[CONSOLE], "author": ports[LOOK_UP]}
        for which, port in pages.items():
            stack.enter_context(running(["dashboard.server", which], port, health, settings))
        yield nginx


@pytest.mark.parametrize("name", [CONSOLE, LOOK_UP, API])
def test_who_asks_is_told_by_nginx_and_not_by_the_reader(echoed: Nginx, name: str) -> None:
    lies = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    got = json.loads(echoed.ask(name, "/", lies).body)
    assert (got["x-forwarded-for"], got["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert got["host"] == ("127.0.0.1" if name == API else f"{name}:{echoed.port}")


def test_without_tls_one_is_sent_on_with_the_path(echoed: Nginx) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", echoed.plain_port, timeout=PATIENT_S)
    connection.request("POST", "/v1/comments?x=1", headers={"Host": API})
    answer = Answer.of(connection)
    assert (answer.status, answer.headers["Location"]) == (308, f"https://{API}/v1/comments?x=1")


def test_no_reference_is_in_the_log(echoed: Nginx) -> None:
    echoed.ask(LOOK_UP, "/?reference=SECRET-0123456789")
    end = monotonic() + PATIENT_S
    while not (logged := echoed.log.read_text()).endswith("\n"):  # written after the answer
        assert monotonic() < end
        sleep(0.05)
    assert '"GET /" 200' in logged
    assert "SECRET" not in logged


@pytest.mark.parametrize("name", [LOOK_UP, CONSOLE])
def test_pages_answer_under_their_name_with_their_headers(site: Nginx, name: str) -> None:
    answer = site.ask(name, "/_stcore/health")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1
    assert f"wss://{name}:{site.port}" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", [LOOK_UP, CONSOLE])
def test_sockets_are_for_their_own_pages_alone(site: Nginx, name: str) -> None:
    assert site.shake_hands(name, f"https://{name}:{site.port}") == 101
    for foreign in ("https://example.org", f"https://{API}:{site.port}"):
        assert site.shake_hands(name, foreign) == 403


def test_staff_are_sent_to_their_sign_in(site: Nginx) -> None:
    answer = site.ask(CONSOLE, "/people", {"Accept": "text/html"})
    assert (answer.status, answer.headers["Location"]) == (303, "/oidc/sign-in?next=%2Fpeople")


def test_the_api_wants_a_key_also_before_there_is_one(site: Nginx) -> None:
    refused = site.ask(API, "/predict", POST, method="POST", body=TEXT)
    assert refused.status == 401
    assert site.ask(API, "/v2/health/live").status == 200
    assert site.ask(API, "/metrics").status == 404
    assert site.ask(API, "/predict", POST, method="POST", body=b"x" * 2_200_000).status == 413


def test_the_demo_sign_in_is_reached_by_no_proxy(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "MODCONSOLE_HOME": str(tmp_path / "home"),
        "MODCONSOLE_BACKEND": "fake",
        "MODCONSOLE_DASHBOARD_PORT": str(port),
    }
    (tmp_path / "nginx").mkdir()
    with (
        running(["dashboard.server", "staff"], port, "/_stcore/health", settings),
        running_nginx(tmp_path / "nginx", {CONSOLE: port, LOOK_UP: port, API: port}) as nginx,
    ):
        # To the third name nginx gives a Host that the console takes for its own.
        for name in (CONSOLE, API):
            answer = nginx.ask(name, "/")
            assert answer.status in (400, 403)
        assert answer.body.decode() == REFUSAL
