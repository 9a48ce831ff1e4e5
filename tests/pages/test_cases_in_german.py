"""Appeals, Second looks, Work and Transparency as somebody reads them in German: nothing on them
is left in English."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.backlog import Forecast
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.services import work
from core.services.disagreements import settle
from core.services.preferences import save_preferences
from core.services.reopen import reopen
from core.store.transparency_queries import FIGURES
from core.texts.texts import staff_texts_in
from dashboard.staff_texts import reading, say
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    decided,
    heard,
    removed_by_person,
    reported,
    scored,
)
from tests.factories_text_rules import text_rule
from tests.integration.quality_calls import PIA, TOMAS, WHY, differing, waiting
from tests.pages.conftest import press, said
from tests.policies import store_text_rules

AUDITOR = Actor("ines", Role.AUDITOR)
ENGLISH, GERMAN = (staff_texts_in(code).sentences for code in ("en", "de"))
Open = Callable[..., AppTest]


@pytest.fixture
def german(services: Services, staff_page: Open) -> Open:
    """Opens a page as somebody who chose German."""

    def open_page(name: str, actor: Actor) -> AppTest:
        save_preferences(services.context, actor, Preferences(language="de"))
        st.cache_data.clear()
        return staff_page(name, actor)

    return open_page


def strings(value: Any) -> Iterator[str]:
    """All texts in a message of Streamlit's, or in a part of one."""
    if isinstance(value, str):
        yield value.replace("\\", "")
    elif hasattr(value, "ListFields"):
        for _, each in value.ListFields():
            yield from strings(each)
    elif hasattr(value, "values"):
        for each in value.values():
            yield from strings(each)
    elif hasattr(value, "__iter__") and not isinstance(value, bytes):
        for each in value:
            yield from strings(each)


def rendered(test: AppTest) -> list[str]:
    """What is on the page, with headings and cells of its tables."""
    tables = [each.value for each in [*test.dataframe, *test.table]]
    cells = [str(cell) for table in tables for cell in [*table.columns, *table.to_numpy().flat]]
    return cells + [
        text for node in test.main if hasattr(node, "proto") for text in strings(node.proto)
    ]


def english_left(test: AppTest, folder: str) -> set[str]:
    """The keys whose English sentence is on the page."""
    texts, left = rendered(test), set()
    for key, sentence in ENGLISH.items():
        if not key.startswith(f"{folder}.") or GERMAN[key] == sentence:
            continue
        pieces = re.split(r"\{\w+\}", sentence)
        words = len(re.findall(r"[^\W\d_]+", " ".join(pieces)))
        pattern = re.compile(".+".join(map(re.escape, pieces)), re.DOTALL)
        found = pattern.search if words >= 3 else pattern.fullmatch
        if words and any(found(text) for text in texts):
            left.add(key)
    return left


def assert_german(test: AppTest, folder: str) -> None:
    assert not test.exception
    assert test.subheader[0].value == GERMAN[f"common.page.{folder}"]
    assert english_left(test, folder) == set()
    # "31. Oktober" at the beginning of a line is a list for what renders Markdown.
    assert not [each for each in [*test.caption, *test.markdown] if re.match(r"\d+\.", each.value)]


def show_ended(test: AppTest) -> None:
    with reading("de"):  # the words of the options are asked for outside of the page's run
        test.segmented_control(key="appeals").set_value("Ended").run()


def test_a_sentence_left_in_english_would_be_found(services: Services, staff_page: Open) -> None:
    appealed(services, removed_by_person(services))
    test = staff_page("appeals", LEAD)
    assert {"appeals.hidden.about", "appeals.card.objects", "appeals.list.when"} <= english_left(
        test, "appeals"
    )


def test_an_appeal_is_heard(services: Services, german: Open) -> None:
    store_text_rules(services.context, text_rule("casino", action=Action.REMOVE))
    appealed(services, scored(services, "You idiot, the casino pays."))
    appealed(services, removed_by_person(services, note="Bitte anders."))
    test = german("appeals", LEAD)
    assert_german(test, "appeals")
    assert GERMAN["appeals.hidden.about"] in said(test)
    test = press(test, "look_remove_")
    assert_german(test, "appeals")
    test = press(press(test, "reason_threat_"), "look_remove_")
    assert_german(test, "appeals")
    assert "lena würde ihn entfernen: Drohungen" in said(test)
    assert "Eine Wortregel (entfernen) traf auf ihn zu" in said(test)
    test.text_area[0].input("Es ist ein Zitat und sagt das auch.")
    test = press(test, "overturn_")
    assert_german(test, "appeals")
    assert "Der Autor kann Ihre Begründung jetzt lesen." in test.success[0].value
    test = press(test, "look_approve_")
    assert_german(test, "appeals")
    show_ended(test)
    assert_german(test, "appeals")


def test_there_is_no_appeal(german: Open) -> None:
    test = german("appeals", LEAD)
    assert_german(test, "appeals")
    show_ended(test)
    assert_german(test, "appeals")
    assert test.info[0].value == "Es wurde noch kein Widerspruch geprüft."


def test_a_link_in_english_or_german_opens_the_ended_appeals(
    services: Services, german: Open, staff_page: Open
) -> None:
    german("appeals", LEAD)
    for word in ("Ended", "Beendet", "Terminées"):
        test = staff_page("appeals", LEAD, appeals=word)
        assert test.segmented_control(key="appeals").value == "Ended"


def test_an_appeal_is_late_and_only_read(services: Services, german: Open) -> None:
    appealed(services, removed_by_person(services))
    with services.context.store.write() as tx:
        tx._connection.exec_driver_sql("UPDATE appeals SET due_at = filed_at - 7200000000")
    test = german("appeals", MODERATOR)
    assert_german(test, "appeals")
    assert "2 h überfällig" in " ".join(each.value for each in test.markdown)


def test_a_colleague_was_faster(services: Services, german: Open) -> None:
    appeal = appealed(services, removed_by_person(services))
    test = press(german("appeals", OTHER_LEAD), "look_approve_")
    heard(services, appeal, overturn=False)
    test.text_area[0].input("Es ist ein Zitat und sagt das auch.")
    test = press(test, "uphold_")
    assert_german(test, "appeals")
    assert test.info[-1].value == GERMAN["appeals.left.heard"]


def test_a_second_look_is_taken(services: Services, german: Open) -> None:
    waiting(services)
    test = german("second_looks", TOMAS)
    assert_german(test, "second_looks")
    test = press(test, "answer_approve")
    assert_german(test, "second_looks")
    assert test.success[0].value == GERMAN["second_looks.page.saved"]


def test_a_second_look_was_settled(services: Services, german: Open) -> None:
    look = differing(services)
    settle(services.context, PIA, look.id, Action.REMOVE, "threat", because=WHY)
    test = german("second_looks", TOMAS)
    assert_german(test, "second_looks")
    label = "Geklärt: Sie sagten „behalten“, das Ergebnis ist „entfernen“"
    assert test.expander[0].label == label


def test_there_is_no_work(german: Open) -> None:
    assert_german(german("work", LEAD), "work")


def test_there_is_work_of_every_kind(
    services: Services, german: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "forecast", lambda *_: Forecast(10, 30, 50, 12.5, 12.0, 14))
    decided(services, scored(services, HELD), Action.ESCALATE)
    again = scored(services, f"{HELD} again")
    decided(services, again, Action.APPROVE)
    reopen(services.context, LEAD, again.id, seen_version=2)
    decided(services, scored(services, f"{HELD} and more"), Action.REMOVE)
    appealed(services, removed_by_person(services, f"{HELD} at last"))
    test = german("work", LEAD)
    assert_german(test, "work")
    assert test.markdown[1].value == (
        "In 7 Tagen warten etwa 30 Fälle (mit einer Wahrscheinlichkeit von 80 % zwischen 10 und "
        "50), wenn die kommenden Tage wie die letzten 14 werden, in denen täglich 12,5 Fälle "
        "eröffnet und 12,0 entschieden wurden. Bei diesem Tempo wächst die Warteschlange."
    )
    labels = {one.proto.label for one in test.get("page_link")}
    assert {"1 eskaliert, der älteste gerade eben", "1 Widerspruch"} <= labels


def test_nothing_was_restricted(german: Open) -> None:
    test = german("transparency", LEAD)
    assert_german(test, "transparency")
    assert test.info[0].value == GERMAN["transparency.page.nothing"]


def test_there_is_something_to_report(services: Services, german: Open) -> None:
    heard(services, appealed(services, removed_by_person(services)), overturn=True)
    scored(services, REMOVED)
    reported(services, scored(services, HELD))
    test = german("transparency", AUDITOR)
    assert_german(test, "transparency")
    assert test.metric[0].label == "Einschränkungen"
    assert "," in test.metric[1].value
    assert "geprüft: 1, davon 1 mit wiederhergestelltem Kommentar." in test.markdown[0].value
    headings = {name for frame in test.dataframe for name in frame.value}
    assert {"Grund", "Art", "automatisch", "von Menschen", "gesamt", "Zahl"} <= headings


def test_each_figure_is_called_as_in_the_files_of_the_report() -> None:
    for query in FIGURES:
        assert say(f"transparency.figure.{query.name}") == query.title
