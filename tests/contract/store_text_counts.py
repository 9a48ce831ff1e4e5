"""Contract of every store: how many texts came in by day, language and size."""

from datetime import datetime, timedelta
from typing import Any

from core.moderation.comments import Revision
from core.moderation.daily_measures import DAY_US, TextCount
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import START, Rows

DAY = int(START.timestamp() * 1e6) // DAY_US
DAY_MINUTES = 1_440
LATER = START + timedelta(days=10)


def counts(store: Store, since: datetime = START, until: datetime = LATER) -> set[TextCount]:
    with store.read() as reader:
        return set(reader.text_counts(since, until))


def decide(rows: Rows, revision: Revision, action: Action = Action.HOLD, **values: Any) -> None:
    with rows.store.write() as tx:
        assert rows.decide(tx, revision, action, **values)


def put(rows: Rows, name: str, text: str = "Hello.", *, day: int = 0, **values: Any) -> None:
    """A text in English, decided on a minute after it came in."""
    minutes = day * DAY_MINUTES
    revision = rows.comment(name, text=text, minutes=minutes)
    decide(rows, revision, **({"language": "en", "minutes": minutes + 1} | values))


class TextCounts(StoreFixtures):
    """`text_counts`."""

    def test_texts_are_counted_by_day_language_and_size(self, store: Store, rows: Rows) -> None:
        put(rows, "one")
        put(rows, "two", "Bye.")
        put(rows, "long", "é" * 10)
        put(rows, "vast", "w" * 20_000)
        put(rows, "unsure", language=None)
        put(rows, "next", day=1)
        assert counts(store) == {
            TextCount(DAY, "en", 0, True, 2),
            TextCount(DAY, "en", 1, True, 1),
            TextCount(DAY, "en", 11, True, 1),
            TextCount(DAY, None, 0, True, 1),
            TextCount(DAY + 1, "en", 0, True, 1),
        }

    def test_what_no_model_assesses_is_told_apart(self, store: Store, rows: Rows) -> None:
        put(rows, "german", language="de", source=DecisionSource.LANGUAGE)
        assert counts(store) == {TextCount(DAY, "de", 0, False, 1)}

    def test_a_text_counts_once_by_its_last_automated_decision(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("again")
        decide(rows, revision, source=DecisionSource.FAILURE_POLICY)
        decide(rows, revision, seen=1, minutes=2, language="en", source=DecisionSource.RULE)
        decide(rows, revision, Action.APPROVE, seen=2, minutes=3)
        assert counts(store) == {TextCount(DAY, "en", 0, True, 1)}

    def test_the_end_of_the_span_is_not_part_of_it(self, store: Store, rows: Rows) -> None:
        put(rows, "early")
        put(rows, "late", day=1)
        one_day = timedelta(days=1)
        assert {each.day for each in counts(store, START, START + one_day)} == {DAY}
        assert {each.day for each in counts(store, START + one_day)} == {DAY + 1}

    def test_a_text_scored_anew_stays_on_the_day_it_came_in(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("old")
        decide(rows, revision, language="en")
        decide(
            rows,
            revision,
            seen=1,
            minutes=3 * DAY_MINUTES,
            language="en",
            source=DecisionSource.RULE,
        )
        assert counts(store) == {TextCount(DAY, "en", 0, True, 1)}
        assert counts(store, START + timedelta(days=1)) == set()

    def test_what_was_not_decided_on_or_erased_is_left_out(self, store: Store, rows: Rows) -> None:
        rows.comment("waiting")
        put(rows, "empty", "")
        assert counts(store) == set()
