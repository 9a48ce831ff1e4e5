"""`modconsole erase`, the daily erasure of a server, and comments that come again."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.cli.main import main
from core.errors import StoreError
from core.moderation.erasure import RetentionDays
from core.moderation.permissions import SYSTEM
from core.processes.retention import AFTER_ERROR_S, EVERY_S, Retention
from core.services.erasure import erase_author
from core.services.lookup import look_up
from tests.factories import CLEAN, make_services, scored, source_key
from tests.moving_clock import MovingClock

NAME = "vera"


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Two comments by one author and one by another; its home is that of the commands."""
    for author in (NAME, NAME, "sam"):
        scored(services, CLEAN, author=author)
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def erase(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, dict[str, int]]:
    """The exit code, what was printed, and its last line."""
    code = main(["erase", *words])
    printed = capsys.readouterr().out
    return code, printed, json.loads(printed.splitlines()[-1]) if code == 0 else {}


def test_without_yes_it_counts_and_with_it_erases(site: Services, capsys) -> None:
    code, printed, told = erase(capsys, "author", NAME, "--source", "test")
    assert (code, told) == (0, {"comments": 2, "titles": 0, "reports": 0})
    assert "Nothing is erased yet" in printed
    code, printed, told = erase(capsys, "author", NAME, "--source", "test", "--yes")
    assert (code, told["comments"]) == (0, 2)
    assert printed.startswith("Erased: comments 2,")
    assert erase(capsys, "author", NAME, "--source", "test", "--yes")[2]["comments"] == 0
    assert erase(capsys, "author", "sam", "--source", "test")[2]["comments"] == 1


@pytest.mark.parametrize("more", [(), ("--yes",)])
@pytest.mark.parametrize(
    ("name", "source", "code", "said"),
    [
        ("nobody", "test", 0, "Nobody of the exact name nobody at the source test. There is noth"),
        (
            NAME,
            "site",
            2,
            f"name {NAME} at the source site. There is {NAME} at test",
        ),
        ("Vera", "test", 2, f"exact name Vera at the source test. There is {NAME} at test"),
        ("VERA", "site", 2, f"There is {NAME} at test"),
    ],
)
def test_a_name_that_is_nobodys_is_told_with_those_that_may_be_meant(
    site: Services, capsys, more: tuple[str, ...], name: str, source: str, code: int, said: str
) -> None:
    assert main(["erase", "author", name, "--source", source, *more]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert "yes erases" not in printed.out
    assert not site.settings.erasures_path.exists()
    out = site.settings.home / "author.jsonl"
    assert main(["export", "author", name, "--source", source, "--out", str(out)]) == code
    assert not out.exists()


def test_an_erasure_that_is_done_is_noted_once_and_said(site: Services, capsys) -> None:
    for number in range(3):
        code, printed, told = erase(capsys, "author", NAME, "--source", "test", "--yes")
        assert (code, told["comments"]) == (0, 0 if number else 2)
    assert "was erased before" in printed
    assert site.settings.erasures_path.read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("author",), "needs a NAME"),
        (("expired", NAME), "takes none"),
        (("expired",), "RETENTION_DAYS is 0"),
        (("author", "[deleted]"), "may be many people's"),
        (("author", " "), "visible characters"),
    ],
)
def test_wrong_use_says_what_to_write(site: Services, capsys, words, why: str) -> None:
    assert main(["erase", *words]) == 2
    assert why in capsys.readouterr().err


def test_the_command_erases_what_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    old = make_services(tmp_path, days_ago=400)
    scored(old, CLEAN)
    old.context.store.close()
    new = make_services(tmp_path)
    kept = scored(new, CLEAN)
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", new.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("MODCONSOLE_RETENTION_DAYS", "365")
    assert erase(capsys, "expired")[2]["comments"] == 1
    assert erase(capsys, "expired")[2]["comments"] == 0
    assert look_up(new.context, kept.reference).text == CLEAN
    new.context.store.close()


def test_the_api_takes_no_new_text_for_an_erased_comment(
    services: Services, client: TestClient
) -> None:
    revision = scored(services, CLEAN, author=NAME)
    _, source_id = source_key(services, revision)
    list(erase_author(services.context, SYSTEM, "test", NAME))
    comment = {"id": source_id, "source": "test", "text": "Here again.", "author": NAME}
    answer = client.post("/v1/comments", json={"comments": [comment]})
    assert answer.status_code == 422
    assert "was erased" in answer.text
    assert client.get(f"/v1/decisions/{revision.reference}").status_code == 404


@pytest.fixture
def old_site(tmp_path: Path) -> Iterator[Services]:
    clock = MovingClock()
    made = make_services(tmp_path, clock=clock.clock)
    scored(made, CLEAN)
    clock.move(400 * 24 * 3600)
    yield made
    made.context.store.close()


def test_a_server_erases_soon_after_its_start_and_again_each_day(
    old_site: Services, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        retention = Retention(old_site.context, RetentionDays(365), first_after_s=0)
        assert retention._erase() == EVERY_S
    assert "Erased by their age: 1 comments" in caplog.text
    assert retention._erase() == EVERY_S


def test_its_thread_ends_with_the_server(old_site: Services) -> None:
    retention = Retention(old_site.context, RetentionDays(365), first_after_s=3600)
    retention.start()
    assert any(thread.name == "retention" for thread in threading.enumerate())
    retention.stop()
    assert not any(thread.name == "retention" for thread in threading.enumerate())
    for_ever = Retention(old_site.context, RetentionDays())
    for_ever.start()
    assert not any(thread.name == "retention" for thread in threading.enumerate())
    for_ever.stop()


@pytest.mark.parametrize(
    ("error", "wait_s"), [(StoreError("away"), AFTER_ERROR_S), (ZeroDivisionError(), EVERY_S)]
)
def test_an_error_is_logged_and_tried_again(
    old_site: Services,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    wait_s: float,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("core.processes.retention.erase_expired", fail)
    assert Retention(old_site.context, RetentionDays(365))._erase() == wait_s
    assert "could not be erased" in caplog.text
