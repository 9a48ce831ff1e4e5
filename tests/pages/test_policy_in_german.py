"""The pages Policy and Quality as somebody reads them who chose German."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.people import disable_person
from core.services.preferences import save_preferences
from core.texts.texts import staff_texts_in
from dashboard.staff_texts import reading
from tests.factories import CLEAN, HELD, LEAD, MODERATOR, OTHER_LEAD, decided, edited, scored
from tests.factories_text_rules import text_rule
from tests.integration.policy_calls import begun, desk_of, proposed, published
from tests.integration.quality_calls import WHY, agreed, differing, golden, judged, waiting
from tests.pages.conftest import press
from tests.pages.policy_page import move, say_why
from tests.policies import store_text_rules

AUDITOR = Actor("ines", Role.AUDITOR)
GERMAN, ENGLISH = staff_texts_in("de"), staff_texts_in("en")
JSON_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
PLACEHOLDER = re.compile(r"\{\w+\}")
Open = Callable[..., AppTest]


def is_long(sentence: str) -> bool:
    return len(re.findall(r"[^\W\d_]+", PLACEHOLDER.sub("", sentence))) >= 3


LEFT = {
    key: re.compile(".*?".join(map(re.escape, PLACEHOLDER.split(sentence))))
    for key, sentence in ENGLISH.sentences.items()
    if key.startswith(("policy.", "quality."))
    and is_long(sentence)
    and GERMAN.sentences[key] != sentence
}
"""The English sentences by their keys, whatever stands in place of the names in braces."""


def strings(message: Any) -> Iterator[str]:
    """Each string in what the browser is sent: labels, help, options, charts."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, str):
                yield each
            elif hasattr(each, "ListFields"):
                yield from strings(each)


def rendered(test: AppTest) -> str:
    sent = [node.proto for node in test.main if getattr(node, "proto", None) is not None]
    found = [each for message in sent for each in strings(message)]
    for table in test.dataframe:
        found += [str(column) for column in table.value.columns]
        found += [str(cell) for row in table.value.to_numpy().tolist() for cell in row]
    words = JSON_ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), "\n".join(found))
    return words.replace("\\", "")


def german(test: AppTest) -> str:
    """What is rendered, of which nothing is English."""
    assert not test.exception
    words = rendered(test)
    assert {key: each.pattern for key, each in LEFT.items() if each.search(words)} == {}
    return words


@pytest.fixture
def page(services: Services, staff_page: Open) -> Iterator[Open]:
    """As `staff_page`. What AppTest asks of a widget's options, it asks outside of the page."""

    def opened(name: str, actor: Actor, **query: str) -> AppTest:
        save_preferences(services.context, actor, Preferences(language="de"))
        return staff_page(name, actor, **query)

    with reading("de"):
        yield opened


def filled(services: Services) -> None:
    for number in range(3):
        scored(services, f"{HELD} {number}")
    scored(services, CLEAN)
    decided(services, scored(services, HELD), Action.REMOVE)


def test_there_are_sentences_to_look_for() -> None:
    assert len(LEFT) > 100
    assert LEFT["policy.tried.other"].search(
        "Tried on 5 past comments: 4 decided otherwise. This is stored with the publication."
    )


def test_policy_without_a_past_and_as_a_moderator_reads_it(page: Open) -> None:
    words = german(page("policy", LEAD))
    assert "Regelwerk" in words
    assert "hier beginnt ein Entwurf" in words
    assert "in Kraft: zurückhalten ab 0,21, entfernen ab 0,99" in words
    assert "Drohung: zurückgehalten ab 0,21, entfernt ab 0,99." in german(page("policy", MODERATOR))


def test_policy_tried_on_a_past(services: Services, page: Open) -> None:
    filled(services)
    for number in range(22):
        scored(services, f"{CLEAN} {number}")
    store_text_rules(services.context, text_rule("lovely"), text_rule("moron", "pattern"))
    test = page("policy", LEAD)
    move(test, Label.INSULT, 0.97, 1.0)
    words = german(move(test, Label.TOXICITY, 0.97, 1.0))
    assert "zurückhalten → durchlassen (Kategorie Beleidigung): 4 Kommentare" in words
    assert "Beleidigung: zurückgehalten ab 0,97; nur ein Mensch entfernt. Vorher: " in words
    assert (
        "Das Wort „lovely“ trifft 23 frühere Kommentare, 85,2 % von allen und mehr als 1 %."
        in words
    )
    assert "Wert für Toxizität, alle Kommentare" in words
    assert {each.label for each in test.metric} == {
        "zurückgehalten pro Tag",
        "entfernt pro Tag",
        "gefundene Verstöße",
        "zu Recht entfernt",
    }
    german(page("policy", AUDITOR))


def test_policy_drafted_proposed_and_published(services: Services, page: Open) -> None:
    filled(services)
    test = move(page("policy", LEAD), Label.INSULT, 0.4, 1.0)
    words = german(press(test, "save_"))
    assert "Gespeichert. Noch wird kein Kommentar danach entschieden." in words
    assert "Entwurf von lena für Version 2" in words
    assert "wartet auf eine zweite Person" in german(press(say_why(test), "propose_"))
    other = page("policy", OTHER_LEAD)
    assert "Auf eine zweite Person wartet: Vorschlag von lena. Zu sehen unter" in german(other)
    (choice,) = [each for each in other.selectbox if each.label == "Anzeigen"]
    assert choice.options == ["Eigener Entwurf", "Vorschlag von lena"]
    other = choice.set_value(desk_of(services).drafts[0].id).run()
    assert "Erprobt an 5 früheren Kommentaren" in german(other)
    assert "Version 2 ist in Kraft." in german(press(other, "publish_"))


def test_policy_overtaken_rolled_back_and_alone(
    services: Services, page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(services, OTHER_LEAD, hold=0.3, label=Label.INSULT)
    published(services, hold=0.25, by=Actor("eva", Role.LEAD))
    words = german(page("policy", OTHER_LEAD))
    assert "Version 2 trat in Kraft, nachdem dieser Entwurf" in words
    proposed(services, LEAD)
    monkeypatch.setenv("MODCONSOLE_PUBLISH_ALONE", "yes")
    disable_person(services.context, SYSTEM, "ravi")
    test = page("policy", LEAD)
    assert "Das haben Sie selbst geschrieben." in german(test)
    test.selectbox(key="read_version").set_value(1).run()
    test.text_area(key="roll_back_note_1_2").set_value(WHY).run()
    assert "auf Version 1 zurückzusetzen" in german(test)


def part(page: Open, actor: Actor, name: str) -> AppTest:
    return page("quality", actor).segmented_control(key="part").set_value(name).run()


def test_quality_of_a_new_site(page: Open) -> None:
    test = page("quality", LEAD)
    assert "über die Übereinstimmung ist deshalb nichts bekannt" in german(test)
    assert test.segmented_control(key="part").options == ["Zahlen", "Uneinigkeiten", "Musterfälle"]
    assert "Keine Uneinigkeit wartet" in german(part(page, LEAD, "Disagreements"))
    assert "Es gibt noch keine Musterfälle." in german(part(page, LEAD, "Golden items"))


@pytest.mark.parametrize("asked", ["Golden items", "Musterfälle", "Cas étalons"])
def test_a_part_of_quality_is_in_the_address_in_any_language(page: Open, asked: str) -> None:
    assert "Es gibt noch keine Musterfälle." in german(page("quality", LEAD, part=asked))


def test_quality_with_figures(services: Services, page: Open) -> None:
    agreed(services)
    differing(services)
    waiting(services)
    judged(services, golden(services), Action.REMOVE, actor=OTHER_LEAD)
    test = page("quality", LEAD)
    words = german(test)
    assert "1 Uneinigkeit wartet auf Klärung, 1 Text auf einen zweiten Blick" in words
    assert "3 Texte bekamen einen zweiten Blick: zu wenige für einen Schluss" in words
    pairs, reasons, results = (each.value for each in test.dataframe)
    assert list(pairs.columns) == [
        "Personen", "Texte", "dasselbe gesagt", "bei Entfernungen", "Kappa", "AC1"
    ]  # fmt: skip
    assert set(reasons["genannt bei"]) <= {"1 von 3", "2 von 3", "3 von 3"}
    assert list(results.columns) == ["Person", "gesehen", "richtig", "Anteil"]


def test_quality_of_a_disagreement_and_of_golden_items(services: Services, page: Open) -> None:
    look, kept = differing(services), golden(services)
    test = part(page, LEAD, "Disagreements")
    assert "Soll entfernt werden: Die Entscheidung gilt weiter" in german(test)
    test.text_area(key=f"because_{look.id}").set_value(WHY)
    assert "Geklärt. Über den Kommentar wurde neu" in german(press(test, "settle_approve"))
    test = part(page, LEAD, "Golden items")
    assert "mina · Belästigung und tomas · Drohungen; dafür verbürgt: pia" in german(test)
    assert "Das ist kein Musterfall mehr." in german(press(test, f"golden_{kept.id}"))


def test_quality_of_what_one_may_not_settle(services: Services, page: Open) -> None:
    look = differing(services)
    assert "nur zum Lesen" in german(part(page, AUDITOR, "Disagreements"))
    with services.context.store.read() as reader:
        revision = reader.revision(look.revision_id)
    assert revision is not None
    edited(services, revision, CLEAN)
    assert "der Kommentar bleibt, wie er ist" in german(part(page, LEAD, "Disagreements"))


def test_values_that_a_link_holds_are_the_same_in_every_language(page: Open) -> None:
    assert page("policy", LEAD, span="All").segmented_control(key="span").value == "All"
    assert page("policy", LEAD, span="Alles").segmented_control(key="span").value == "All"
