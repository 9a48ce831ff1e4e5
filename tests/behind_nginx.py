"""Debian's nginx with the configuration of deploy/nginx.conf, on free ports of loopback."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from core.processes.ports import free_port
from tests.patience import PATIENT_S

CONFIG = Path(__file__).parents[1] / "deploy" / "nginx.conf"
CONSOLE, LOOK_UP, API = "console.example.org", "appeals.example.org", "comments.example.org"
SERVERS = {CONSOLE: 8501, LOOK_UP: 8502, API: 8000}
_MAIN = """
daemon off; master_process off; error_log {folder}/error.log; pid {folder}/nginx.pid;
events {{}}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/modconsole.conf;
}}
"""


def cannot_run_here() -> str | None:
    """Why nginx can't be started; None if it can."""
    missing = [name for name in ("nginx", "openssl") if _command(name) is None]
    return f"apt-get install {' '.join(missing)}" if missing else None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @classmethod
    def of(cls, connection: http.client.HTTPConnection) -> "Answer":
        """The next answer of the connection, which ends with it."""
        answer = connection.getresponse()
        read = cls(answer.status, answer.headers, answer.read())
        connection.close()
        return read


@dataclass(frozen=True)
class Nginx:
    """`port` speaks TLS, `plain_port` does not; `log` is where requests are written."""

    port: int
    plain_port: int
    certificate: Path
    log: Path

    def ask(
        self,
        name: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> "Answer":
        """The answer of the server of that name."""
        connection = http.client.HTTPSConnection(
            name, self.port, context=self._context(), timeout=PATIENT_S
        )
        connection.sock = self._connect(name)
        connection.request(method, path, body, dict(headers or {}))
        return Answer.of(connection)

    def shake_hands(self, name: str, origin: str) -> int:
        """The status of a WebSocket handshake with a page's server; 101 means accepted."""
        lines = (
            "GET /_stcore/stream HTTP/1.1",
            f"Host: {name}:{self.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"Origin: {origin}",
        )
        with self._connect(name) as peer:
            peer.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
            return int(peer.recv(4096)[9:12])

    def _connect(self, name: str) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENT_S)
        return self._context().wrap_socket(plain, server_hostname=name)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def running_nginx(folder: Path, ports: Mapping[str, int]) -> Iterator[Nginx]:
    """nginx before servers on these ports, by name."""
    made = Nginx(free_port(), free_port(), folder / "fullchain.pem", folder / "modconsole.log")
    _make_certificate(folder)
    (folder / "modconsole.conf").write_text(_on_these_ports(folder, made, ports))
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    process = subprocess.Popen([str(_command("nginx")), "-c", folder / "nginx.conf", "-p", folder])
    try:
        _await(process, made.port, folder)
        yield made
    finally:
        process.terminate()
        process.wait()


def _on_these_ports(folder: Path, made: Nginx, ports: Mapping[str, int]) -> str:
    text = re.sub(r"(?m)^\s*listen \[::\].*\n", "", CONFIG.read_text())
    text = text.replace("listen 80;", f"listen 127.0.0.1:{made.plain_port};")
    text = text.replace("listen 443 ", f"listen 127.0.0.1:{made.port} ")
    for name, usual in SERVERS.items():
        text = text.replace(f"http://127.0.0.1:{usual};", f"http://127.0.0.1:{ports[name]};")
    text = text.replace("/etc/ssl/modconsole", str(folder))
    return text.replace("/var/log/nginx", str(folder))


def _make_certificate(folder: Path) -> None:
    names = ",".join(f"DNS:{name}" for name in SERVERS)
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=example.org", "-addext",
            f"subjectAltName={names}", "-keyout", folder / "privkey.pem",
            "-out", folder / "fullchain.pem",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip


def _await(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENT_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError((folder / "error.log").read_text())


def _command(name: str) -> str | None:
    # Debian keeps nginx where only root's PATH looks.
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
