"""Failing connections to a remote backend: silence, resets, refusals, certificates."""

import shutil
from pathlib import Path

import pytest

from core.inference.base import OUTAGES, ErrorKind
from core.processes.ports import free_port
from tests.contract.remote_server import RemoteServer
from tests.integration.faulty_server import (
    Behaviour,
    FaultyServer,
    cut_short,
    hang_up,
    not_http,
    reset,
    self_signed,
    silence,
    slow_body,
    slow_headers,
    tei_answer,
)
from tests.integration.remote_console import Console, check_held, check_scored, checked

K = ErrorKind


SOCKETS: list[tuple[str, Behaviour, ErrorKind]] = [
    ("silence", silence, K.TIMEOUT),
    ("slow headers", slow_headers, K.TIMEOUT),
    ("slow body", slow_body, K.TIMEOUT),
    ("hung up", hang_up, K.CONNECT),
    ("reset in the body", reset, K.CONNECT),
    ("cut short", cut_short, K.CONNECT),
    ("not HTTP", not_http, K.CONNECT),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "behaviour", "kind"), SOCKETS, ids=[s[0] for s in SOCKETS])
def test_bad_connection_is_tried_three_times_and_loses_nothing(
    name: str,
    behaviour: Behaviour,
    kind: ErrorKind,
    console: Console,
    server: RemoteServer,
    tmp_path: Path,
) -> None:
    with FaultyServer(behaviour) as faulty:
        short = {"timeout_s": 0.15} if kind is K.TIMEOUT else {}
        backend = checked(console.backend(tmp_path, faulty.url, **short))
        held = check_held(console, backend, kind, attempts=3)
        assert faulty.connections == 3 + (kind not in OUTAGES)
        assert faulty.stayed == 0
        backend.close()
    check_scored(console, console.backend(tmp_path, server.url), held)


def test_refused_connection_is_tried_three_times_and_loses_nothing(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = checked(console.backend(tmp_path, f"http://127.0.0.1:{free_port()}"))
    held = check_held(console, backend, K.CONNECT, attempts=3)
    assert len(console.sleeper.slept) == 2
    check_scored(console, console.backend(tmp_path, server.url), held)


def test_unknown_host_name_is_a_refused_connection(console: Console, tmp_path: Path) -> None:
    backend = checked(console.backend(tmp_path, "http://nobody.invalid"))
    check_held(console, backend, K.CONNECT, attempts=3)


def test_plain_server_behind_https_is_never_spoken_to(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = checked(console.backend(tmp_path, server.url.replace("http:", "https:")))
    held = check_held(console, backend, K.TLS, attempts=1)
    assert server.asked == []
    check_scored(console, console.backend(tmp_path, server.url), held)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_untrusted_certificate_is_refused_until_it_is_configured(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    certificate, context = self_signed(tmp_path)
    with FaultyServer(tei_answer, context) as faulty:
        backend = checked(console.backend(tmp_path, faulty.url))
        held = check_held(console, backend, K.TLS, attempts=1)
        named = checked(console.backend(tmp_path, faulty.url, ca_file=str(certificate)))
        assert named.health() is None
    check_scored(console, console.backend(tmp_path, server.url), held)
