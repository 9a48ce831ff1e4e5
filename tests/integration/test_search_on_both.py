"""The search gives the same answers on SQLite and on PostgreSQL, whatever is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bootstrap.services import Services
from core.clock import Clock, system_clock
from core.moderation.policies import Action
from core.moderation.search_query import SearchField, SearchState
from core.services.search import search
from tests.factories import HELD, LEAD, MODERATOR, decided, edited, make_services, scored, withdrawn
from tests.postgres_server import drop_database, new_database
from tests.unit.test_search_query import HOSTILE
from tests.unit.test_search_words import KNOWN

pytestmark = pytest.mark.slow

TEXTS = (
    HELD,
    "Cats and dogs, dogs and cats, a cat alone",
    "The CAFÉ at noon, cafe\u0301 again",
    "Straße und Weg — ЙОД, ΟΔΟΣ",
    "See https://example.org/cats?q=dogs, mail cat@dogs.org, 1.5 or -3 at 12:30",
    "well-known O'Neil snake_case a_b",
    "検索の言葉 กขค",
    "cat " * 300 + "dogs",
    "x" * 600,
    "",
)
AUTHORS = ("sam", "Zoë Cats", "cats")
NOTES = ("Écrit avec haine.", "Cats and dogs again", "")
WORDS = (
    *("cats", "dogs", "cat", "CAFE", "café", "straße", "strasse", "йод", "οδος", "example.org"),
    *("well-known", "o'neil", "snake_case", "1.5", "-3", "12:30", "検索", "haine", "nobody"),
    *("cat*", "dog*", "well-kn*", "xxx*", '"cats and dogs"', '"dogs and cats"', '"at noon"'),
    *('"noon at"', '"cats dogs"', '"avec haine"', '"again cats"', "idiot", "again", "x" * 400),
)
VALUES = {
    SearchField.AUTHOR: ("sam", "zoe", '"zoe cats"', "cat*"),
    SearchField.DECIDER: ("mina", "lena", "nobody"),
    SearchField.NOTE: ("haine", '"cats and dogs"', "écr*"),
    SearchField.REASON: ("harassment", "approve", "remove"),
}
TERMS = st.sampled_from(
    [
        *WORDS,
        *(f"{field}:{value}" for field, values in VALUES.items() for value in values),
    ]
)
FILTERS = st.sampled_from(
    [
        *(f"is:{state}" for state in SearchState),
        *("label:insult", "after:2026-01-02", "before:2026-01-02"),
    ]
)
QUERIES = st.lists(TERMS | TERMS.map("-{}".format) | FILTERS | st.just("OR"), max_size=5).map(
    " ".join
)
KNOWN_CHARS = {*KNOWN, "\x00", "\ud800"}
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[list[Services]]:
    url = new_database(postgres)
    made = [filled(tmp_path_factory.mktemp("home"), state) for state in ("sqlite", url)]
    yield made
    for services in made:
        services.close()
    drop_database(url)


def filled(home: Path, state_url: str) -> Services:
    clock = Clock(now=lambda: NOW, monotonic=system_clock().monotonic)
    services = make_services(home, state_url=state_url, clock=clock)
    kept = []
    for author in AUTHORS:
        for number, text in enumerate(TEXTS):
            kept.append(scored(services, f"{text} {number}", author=author))
    withdrawn(services, kept[-1])
    for number, note in enumerate(NOTES):
        actor, action = (LEAD, MODERATOR)[number % 2], (Action.REMOVE, Action.APPROVE)[number % 2]
        revision = scored(services, f"{HELD} {note}")
        decided(services, revision, action, actor=actor, note=note)
    edited(services, revision, "cats again")
    return services


def answer(services: Services, query: str) -> object:
    page = search(services.context, MODERATOR, query, limit=200)
    items = [
        (item.excerpt, item.note, item.author, item.status, item.action, item.decided_by)
        for item in page.items
    ]
    return items, page.next is None, page.problem


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400
)
@given(QUERIES | HOSTILE.filter(KNOWN_CHARS.issuperset))
def test_answers_are_the_same(both: list[Services], query: str) -> None:
    in_file, on_server = (answer(services, query) for services in both)
    assert in_file == on_server


@pytest.mark.parametrize("query", [*WORDS, *(f"{word} is:open" for word in WORDS)])
def test_each_word_is_found_on_both(both: list[Services], query: str) -> None:
    in_file, on_server = (answer(services, query) for services in both)
    assert in_file == on_server


@pytest.mark.parametrize(
    "query",
    [
        *('"never closed', '"', '"" ""', "OR OR", "-", "- -", "NOT NOT", "* *", ":* *:", "cat:*"),
        *("\x00", "cats\x00dogs", "cats' OR '1", "'cats'", "cats\\", "\\'cats", "''''", "\\\\"),
        *("cats & dogs", "cats | dogs", "!cats", "(cats", "cats)", "cats <-> dogs", "cats<2>dogs"),
        *("&|!()<->", "cats:A", "cats:ABCD*", "'cats':*", "#10:0", "a:cats", "n:haine", "%s %(x)s"),
        *("x" * 10_000, "cats " * 2_000, "'" * 10_000, '"' * 10_000, "(" * 10_000, "-" * 10_000),
        *("\ud800", "\u202ecats", ":words", "cats :limit", "{hits}", "$1", "\U0010ffff"),
    ],
)
def test_hostile_query_has_the_same_answer(both: list[Services], query: str) -> None:
    in_file, on_server = (answer(services, query) for services in both)
    assert in_file == on_server
