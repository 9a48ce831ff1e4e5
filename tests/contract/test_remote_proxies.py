"""Proxies from the environment: never used for loopback, and named in errors."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BackendError
from core.inference.remote.proxies import is_local, proxies_for, proxy_name
from tests.contract.conftest import ABUSE
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import RemoteServer, ServerAnswer, scores_of

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Sets a proxy for all requests, on a port where nothing listens."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://someone:Geheim123@127.0.0.1:{port}")
        yield port


@pytest.mark.parametrize(
    ("url", "is_near"),
    [
        ("http://127.0.0.1:8080", True), ("http://127.9.9.9", True), ("http://localhost", True),
        ("https://LOCALHOST:1/x", True), ("http://localhost.:1", True), ("http://[::1]:80", True),
        ("http://tei.localhost", True), ("http://[::ffff:127.0.0.1]", True),
        ("http://10.0.0.1", False), ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False), ("http://notlocalhost", False),
        ("http://[2001:db8::1]", False), ("https://api.example.org", False),
        ("http://0.0.0.0:80", True), ("http://0:80", True), ("http://127.1:80", True),
        ("http://0x7f.1", True), ("http://2130706433", True), ("http://0177.0.0.1", True),
        ("http://ip6-localhost", True), ("http://localhost.localdomain.", True),
        ("http://10.1", False), ("http://3232235521", False), ("http://127.1.example.org", False),
    ],
)  # fmt: skip
def test_this_machine_is_never_asked_through_a_proxy(proxy: int, url: str, is_near: bool) -> None:
    assert is_local(url) is is_near
    assert bool(proxies_for(url)) is not is_near


def test_backend_on_loopback_answers_though_a_proxy_is_set(
    proxy: int, running: RemoteServer, tmp_path: Path
) -> None:
    for host in ("127.0.0.1", "localhost"):
        url = running.url.replace("127.0.0.1", host)
        backend = open_remote(config_of(tmp_path, url, "vllm"))
        assert backend.score([ABUSE]).results[0].scores == pytest.approx(
            {
                label: scores_of(ABUSE)[str(names[0])]
                for label, names in backend._wire.labels.items()
            }
        )
        assert backend.info.location == "localhost"
        backend.close()


def test_proxy_that_fails_is_named_without_its_password(
    proxy: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    config = config_of(tmp_path, "http://toxic.example.org", "vllm", attempts=1)
    backend = open_remote(config)
    with pytest.raises(BackendError) as caught:
        backend.score([ABUSE])
    assert f"could not be reached (through the proxy 127.0.0.1:{proxy})" in str(caught.value)
    said = str(caught.value) + "".join(record.getMessage() for record in caplog.records)
    assert "Geheim123" not in said
    assert "someone" not in said
    backend.close()


def test_proxy_that_answers_itself_is_named(
    running: RemoteServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTP_PROXY", running.url.replace("http://", ""))
    running.override = lambda _asked: ServerAnswer(b"<html>Access denied</html>", 200)
    backend = open_remote(config_of(tmp_path, "http://toxic.example.org", "vllm", attempts=1))
    with pytest.raises(BackendError, match=r"a web page .* \(through the proxy 127\.0\.0\.1:"):
        backend.score([ABUSE])
    running.override = lambda _asked: ServerAnswer(b"", 407)
    with pytest.raises(BackendError, match=r"answered 407 \(through the proxy") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == "auth"
    running.override = lambda _asked: None
    backend.close()


@pytest.mark.parametrize(
    ("proxy_url", "name"),
    [
        ("http://user:pw@proxy.example.org:3128", "proxy.example.org:3128"),
        ("proxy.example.org:3128", "proxy.example.org:3128"),
        ("http://[2001:db8::1]:3128", "2001:db8::1:3128"),
        ("https://proxy.example.org", "proxy.example.org"),
        ("http://proxy.example.org:none", "proxy.example.org"),
        ("user:pw@proxy.example.org:3128", "proxy.example.org:3128"),
    ],
)
def test_name_of_a_proxy(proxy_url: str, name: str) -> None:
    assert proxy_name("http://far.example.org", {"http": proxy_url}) == name


@pytest.mark.parametrize("address", ["http://[::1", "px:1", "socks5://px:1", "://", "http://p x"])
def test_a_proxy_that_cant_be_used_is_a_setting_and_no_outage(
    proxy: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, address)
    backend = open_remote(config_of(tmp_path, "http://203.0.113.1", "tei", attempts=1))
    with pytest.raises(BackendError, match="proxy that can't be used") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == "configuration"
    backend.close()


def test_no_proxy_for_what_is_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert not proxies_for("http://toxic.example.org")
    assert proxy_name("http://toxic.example.org", {}) is None
