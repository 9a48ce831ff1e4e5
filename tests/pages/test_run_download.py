"""The results of a run as CSV: for whom, and what is answered where there are none."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.errors import StoreError
from core.moderation.permissions import Actor, Role
from core.services import sign_in as sign_ins
from core.store.sql import SqlStore
from dashboard.runs.download import ROUTE, address
from dashboard.wiring import cookie_name, current_services
from tests.factories import LEAD, MODERATOR

COOKIE = cookie_name("testserver")
OPS = Actor("ola", Role.OPS)
ALL = [MODERATOR, LEAD, OPS, Actor("ada", Role.ADMIN), Actor("ines", Role.AUDITOR)]


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[ROUTE]))


def sign_in(client: TestClient, actor: Actor) -> None:
    token = sign_ins.sign_in(current_services().context, actor)
    client.cookies.set(COOKIE, token)


@pytest.mark.parametrize("actor", ALL, ids=lambda actor: actor.role)
def test_whoever_sees_the_page_downloads_the_rows(
    nightly: Any, client: TestClient, actor: Actor
) -> None:
    run = nightly().run(1, "Fine.", "You idiot.")
    sign_in(client, actor)
    answer = client.get(address(run))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="nightly-2')
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["id", "c0", "c1"]


def test_nobody_else_downloads_them(nightly: Any, client: TestClient) -> None:
    run = nightly().run(1, "Fine.")
    assert client.get(address(run)).status_code == 403
    client.cookies.set(COOKIE, "guessed")
    assert client.get(address(run)).status_code == 403
    sign_in(client, Actor("sam", Role.AUTHOR))
    answer = client.get(address(run))
    assert (answer.status_code, "c0" in answer.text) == (403, False)


@pytest.mark.parametrize("path", ["/runs/nightly/no.csv", "/runs/other/r1.csv"])
def test_a_run_that_is_not_there_is_not_found(nightly: Any, client: TestClient, path: str) -> None:
    nightly().run(1, "Fine.")
    sign_in(client, OPS)
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (
        404,
        "These results can't be read: There is no such run.",
    )


def test_results_that_are_gone_are_told_instead_of_a_file(
    nightly: Any, home: Path, client: TestClient
) -> None:
    run = nightly().run(1, "Fine.")
    (home / "x.duckdb").unlink()
    sign_in(client, OPS)
    answer = client.get(address(run))
    assert (answer.status_code, "there is no file" in answer.text) == (404, True)


def test_a_state_that_is_away_is_no_missing_run(
    nightly: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = nightly().run(1, "Fine.")
    sign_in(client, OPS)

    def away(store: SqlStore) -> None:
        raise StoreError("the server was stopped")

    monkeypatch.setattr(SqlStore, "read", away)
    answer = client.get(address(run))
    assert (answer.status_code, "the server was stopped" in answer.text) == (503, True)
