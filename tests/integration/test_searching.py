"""The full-text search: what it finds, and that its index follows every change of the state."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.search import SearchPage, search
from core.services.withdraw import withdraw_known
from core.store.sql import SqlStore
from core.store.sql import search as store_search
from core.store.sql.sqlite.database import SqliteDatabase
from core.store.sql.transfer import copy_state
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    decided,
    edited,
    make_services,
    posted,
    scored,
    source_key,
    withdrawn,
)
from tests.search_index import check_postgres_index
from tests.unit.test_search_query import HOSTILE


@pytest.fixture
def services(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url)
    yield made
    made.close()


def find(services: Services, query: str, **options: object) -> SearchPage:
    return search(services.context, MODERATOR, query, **options)  # type: ignore[arg-type]


def texts(services: Services, query: str) -> list[str]:
    return [item.excerpt.text for item in find(services, query).items]


def check_index(services: Services) -> None:
    """Raises if the index is not that of the texts as they are now."""
    if not services.settings.keeps_state_in_home:
        check_postgres_index(services.settings.state_url)
        return
    with closing(sqlite3.connect(services.settings.state_path)) as raw:
        raw.execute("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
        raw.rollback()


WRITTEN = {
    "cafe": "The café at noon",
    "dogs": "Cats and dogs, dogs and cats",
    "cats": "A cat alone",
    "street": "Straße und Weg",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("CAFE", ["cafe"]),
        ("café noon", ["cafe"]),
        ("café midnight", []),
        ('"and dogs"', ["dogs"]),
        ('"dogs cats"', []),
        ("noon OR alone", ["cats", "cafe"]),
        ("noon OR alone cat", ["cats"]),
        ("cat", ["cats"]),
        ("cat*", ["cats", "dogs"]),
        ("cat* -dogs", ["cats"]),
        ("strasse", []),
        ("straße", ["street"]),
        ("author:cafe", ["cafe"]),
        ("author:cafe dogs", []),
        ("before:2026-01-02", []),
        ("after:2026-01-02 noon", ["cafe"]),
        ("is:open", []),
        ("", []),
        ("***", []),
    ],
)
def test_words_and_operators_find_texts(services: Services, query: str, found: list[str]) -> None:
    for author, text in WRITTEN.items():
        posted(services, text, author=author)
    assert [item.author for item in find(services, query).items] == found


def test_decisions_and_notes_are_found(services: Services) -> None:
    removed, opened = scored(services, HELD), scored(services, HELD + " Again.")
    decided(services, removed, Action.REMOVE, note="Écrit avec haine.")
    for query in ("by:mina", "note:haine", "haine", "reason:harassment", "is:removed is:approved"):
        (item,) = find(services, query).items
        assert item.revision_id == removed.id
        assert (item.status, item.action) == (CaseStatus.CLOSED, Action.REMOVE)
        assert (item.decided_by, item.source) == ("mina", "test")
    (noted,) = find(services, "avec haine").items
    assert noted.note is not None
    assert [noted.note.text[slice(*match)] for match in noted.note.matches] == ["avec", "haine"]
    assert [item.revision_id for item in find(services, "idiot is:open").items] == [opened.id]
    assert [item.revision_id for item in find(services, "idiot label:insult -again").items] == [
        removed.id
    ]
    assert find(services, "by:lena").items == []
    check_index(services)


def test_places_of_the_words_are_told(services: Services) -> None:
    posted(services, "word " * 60 + "Then: a needle,\n in a haystack. " + "more " * 60)
    (item,) = find(services, "NEEDLE hay*").items
    shown = item.excerpt.text
    assert [shown[slice(*match)] for match in item.excerpt.matches] == ["needle", "haystack"]
    assert shown.startswith("…word")
    assert "needle, in a haystack. more" in shown


def test_withdrawn_text_leaves_and_edited_one_stays(services: Services) -> None:
    gone, old = scored(services, HELD), scored(services, "An early word")
    new = edited(services, old, "A later word")
    withdrawn(services, gone)
    assert texts(services, "idiot") == []
    found = find(services, "word").items
    assert [(item.revision_id, item.is_latest) for item in found] == [
        (new.id, True),
        (old.id, False),
    ]
    check_index(services)


def test_author_who_becomes_known_is_found(services: Services) -> None:
    now = services.clock.now()
    for author in (UNKNOWN_AUTHOR, "Zoë"):
        list(ingest(services.context, SYSTEM, [IncomingComment("s", "1", CLEAN, author, now)]))
    assert len(find(services, "author:zoe").items) == 1
    assert find(services, "author:unknown").items == []
    check_index(services)


def test_pages_follow_each_other_and_end(services: Services) -> None:
    for number in range(7):
        posted(services, f"word {number}")
    after, read = None, []
    while True:
        page = find(services, "word", limit=3, after=after)
        read += [item.excerpt.text for item in page.items]
        if page.next is None:
            break
        after = page.next
    assert read == [f"word {number}" for number in range(6, -1, -1)]
    assert find(services, "word", after="no number").items[0].excerpt.text == "word 6"


def test_long_search_stops_and_goes_on(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    held = scored(services, HELD)
    others = [posted(services, f"idiot {number}") for number in range(5)]
    monkeypatch.setattr(store_search, "LOOKED_AT", 3)
    first = find(services, "idiot is:open")
    assert (first.items, first.looked_back_to) == ([], others[2].received_at)
    second = find(services, "idiot is:open", after=first.next)
    assert [item.revision_id for item in second.items] == [held.id]
    last = find(services, "idiot is:open", after=second.next)
    assert (last.items, last.next, last.looked_back_to) == ([], None, None)


def test_days_are_those_of_the_receipt(tmp_path: Path, each_state_url: str) -> None:
    for days_ago in (30, 20, 10):
        services = make_services(tmp_path, state_url=each_state_url, days_ago=days_ago)
        posted(services, f"{days_ago} days")
    now = datetime.now(UTC)
    for days_ago, found in ((35, 3), (25, 2), (15, 1), (5, 0)):
        day = f"{now.fromtimestamp(now.timestamp() - days_ago * 86_400, UTC):%Y-%m-%d}"
        assert len(find(services, f"after:{day}").items) == found
        assert len(find(services, f"days before:{day}").items) == 3 - found


@pytest.mark.slow
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300
)
@given(HOSTILE)
def test_any_query_has_an_answer(services: Services, typed: str) -> None:
    find(services, typed)


def test_change_that_is_rolled_back_leaves_nothing(services: Services) -> None:
    key = source_key(services, posted(services, "kept"))

    def withdraw_and_fail() -> None:
        with services.context.store.write() as tx:
            withdraw_known(services.context, SYSTEM, tx, key)
            raise KeyError

    with pytest.raises(KeyError):
        withdraw_and_fail()
    assert texts(services, "kept") == ["kept"]
    check_index(services)


def test_index_outlives_a_vacuum_and_a_copy(tmp_path: Path) -> None:
    services = make_services(tmp_path, state_url="sqlite")
    for number in range(4):
        revision = scored(services, f"{HELD} {number}")
        decided(services, revision, Action.APPROVE, actor=LEAD, note="fine")
    withdrawn(services, revision)
    services.context.store.close()
    with closing(sqlite3.connect(services.settings.state_path)) as raw:
        raw.execute("VACUUM")
    assert len(find(services, "fine by:lena").items) == 3
    check_index(services)
    source = SqlStore(SqliteDatabase(services.settings.state_path))
    target = SqlStore(SqliteDatabase(tmp_path / "copy.db"))
    copy_state(source, target, lambda table: None)
    source.close()
    target.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.execute("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
        count = raw.execute("SELECT count(*) FROM search_index WHERE search_index MATCH 'fine'")
        assert count.fetchone() == (3,)


def test_a_query_of_no_words_finds_nothing_and_says_why(services: Services) -> None:
    scored(services, CLEAN)
    found = find(services, "!!!")
    assert found.items == ()
    assert "only letters and digits can be found" in found.problem
    assert find(services, " ").problem == ""
