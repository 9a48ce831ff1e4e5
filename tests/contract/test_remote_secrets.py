"""Keys appear in no log, no error and no cause."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import system_clock
from core.errors import BackendError, ConfigError
from core.inference.remote.backend import RemoteBackend
from core.inference.remote.kinds import make_remote_backend
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import KEY, RemoteServer, ServerAnswer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RemoteServer() as running:
        yield running


@pytest.mark.parametrize("kind", ["perspective", "openai"])
def test_key_is_in_no_log_no_error_and_no_cause(
    server: RemoteServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """With the HTTP library's debug log, for answers and for failures."""
    caplog.set_level(logging.DEBUG)
    backend = open_remote(config_of(tmp_path, server.url, kind))
    backend.score(["COMMENT"])
    server.override = lambda _asked: ServerAnswer(
        {"error": {"message": f"bad {KEY}", "code": KEY}}, 403
    )
    errors = [error_of(backend)]
    refused = open_remote(config_of(tmp_path, "http://127.0.0.1:1", kind), sleep=lambda _s: None)
    errors.append(error_of(refused))
    said = "".join(f"{r.getMessage()} {r.args!r} {r.exc_text}" for r in caplog.records)
    said += "".join(map(repr, chain(*errors))) + repr(backend.info) + str(errors)
    assert "Starting new HTTP connection" in said
    for secret in (KEY, "Secret%2F0123456789", "0123456789", "COMMENT"):
        assert secret not in said
    backend.close()


def error_of(backend: RemoteBackend) -> BackendError:
    with pytest.raises(BackendError) as caught:
        backend.score(["COMMENT"])
    return caught.value


def chain(*errors: BaseException | None) -> list[BaseException]:
    """The errors with every cause and context, as an error tracker would send them."""
    found: list[BaseException] = []
    left = [error for error in errors if error is not None]
    while left:
        error = left.pop()
        found.append(error)
        left += [e for e in (error.__cause__, error.__context__) if e is not None]
    return found


def test_headers_may_be_secrets_too(server: RemoteServer, tmp_path: Path) -> None:
    config = config_of(
        tmp_path, server.url, "json", secret_headers={"Modal-Key": "A", "Modal-Secret": "B"}
    )
    values = {"TEST_KEY": KEY, "A": "wk-1", "B": "ws-2"}
    backend = make_remote_backend(config, system_clock(), values.get)
    backend.score(["a"])
    headers = server.asked[-1].headers
    assert (headers["modal-key"], headers["modal-secret"]) == ("wk-1", "ws-2")
    backend.close()


def test_key_that_is_not_set_is_named(tmp_path: Path) -> None:
    config = config_of(tmp_path, "http://127.0.0.1:1", "tei")
    with pytest.raises(ConfigError, match="TEST_KEY is not set; backend 'my-tei'"):
        make_remote_backend(config, system_clock(), {"TEST_KEY": " "}.get)
