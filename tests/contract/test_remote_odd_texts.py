"""Texts of a server that are kept with each decision: only those that every place can hold."""

from pathlib import Path
from typing import Any

import pytest

from core.clock import system_clock
from core.errors import BackendError
from core.inference.remote.kinds import make_remote_backend
from tests.contract.conftest import ABUSE, Open
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import (
    SERVERS,
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
)

ODD = ["m\ud800", "m\0x", "m\nx", "m\x85", "\u202em", " ", "m" * 201, 5, None, ["m"]]


def answering(kind: str, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        found = SERVERS[kind](asked)
        return ServerAnswer(found.body | changes, headers=headers or found.headers)

    return answer


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize(
    ("kind", "name"), [("openai", "model"), ("guard", "model"), ("oip", "model_version")]
)
def test_revision_that_cant_be_shown_is_left_out(
    server: RemoteServer, opened: Open, kind: str, name: str, odd: object
) -> None:
    server.override = answering(kind, **{name: odd})
    backend = opened(kind)
    answer = backend.score([ABUSE])
    assert answer.call.model_revision is None
    (result,) = answer.results
    assert result.error is None
    assert (result.model_version or backend.info.model_version).isprintable()


@pytest.mark.parametrize("odd", ["a\x85b", "a\tb", "r" * 201])
def test_request_id_that_cant_be_shown_is_replaced_by_ours(
    server: RemoteServer, opened: Open, odd: str
) -> None:
    server.override = answering("openai", {"x-request-id": odd})
    answer = opened("openai").score([ABUSE])
    assert answer.call.request_id == server.asked[-1].headers["x-request-id"]


@pytest.mark.parametrize("key", ["two\nlines", "two\r\nX-Role: admin", "ключ"])
def test_key_that_no_header_can_hold_is_a_setting_and_no_outage(
    server: RemoteServer, tmp_path: Path, key: str
) -> None:
    config = config_of(tmp_path, server.url, "openai", attempts=1)
    backend = make_remote_backend(config, system_clock(), {"TEST_KEY": key}.get)
    with pytest.raises(BackendError, match="key, header or proxy that can't be used") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == "configuration"
    assert key not in str(caught.value)
    assert server.asked == []
    backend.close()


def test_file_of_certificates_that_is_missing_is_a_setting_and_no_outage(tmp_path: Path) -> None:
    config = config_of(
        tmp_path, "https://127.0.0.1:1", "openai", attempts=1, ca_file="/nowhere/ca.pem"
    )
    backend = open_remote(config)
    with pytest.raises(BackendError, match="a ca_file that can't be used") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == "configuration"
    backend.close()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_answer_in_another_encoding_than_it_says_is_named(
    server: RemoteServer, opened: Open, coding: str
) -> None:
    backend = opened("openai", attempts=1)
    backend.score([ABUSE])
    server.override = answering("openai", {"Content-Encoding": coding})
    with pytest.raises(BackendError, match="in another encoding than it says") as caught:
        backend.score([ABUSE])
    assert caught.value.kind == "backend"
