"""What pages refuse is told in German to somebody who reads German."""

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTestStatus
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.claims import claim_case
from core.services.preferences import save_preferences
from dashboard.staff_texts import reading
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    appealed,
    decided,
    removed_by_person,
    reported,
    scored,
)
from tests.integration.policy_calls import begun, proposed
from tests.load_tests import load_test
from tests.pages.conftest import press, said
from tests.pages.policy_page import move, words
from tests.pages.review_desk import as_person, ask, outcomes
from tests.pages.review_desk import press as a_press
from tests.pages.test_text_rules_page import with_rule

AUDITOR, OPS, ADMIN = (
    Actor("ines", Role.AUDITOR),
    Actor("ola", Role.OPS),
    Actor("ada", Role.ADMIN),
)
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _reads_german(services: Services) -> Iterator[None]:
    for actor in (MODERATOR, LEAD, OTHER_LEAD, AUDITOR, OPS, ADMIN):
        save_preferences(services.context, actor, Preferences(language="de"))
    with reading("de"):  # the words of a widget's options are asked for outside of the page's run
        yield


def errors(test: AppTest) -> str:
    assert not test.exception
    return "\n".join(each.value for each in test.error).replace("\\", "")


def test_a_moderator_may_not_decide_an_escalated_case(
    services: Services, staff_page: Open, client: TestClient
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE, actor=LEAD)
    refusal = (
        "Mit der Rolle Moderation dürfen Sie das nicht: über eskalierte Kommentare entscheiden."
    )
    test = staff_page("review", MODERATOR, status="Escalated")
    assert refusal in test.info[0].value
    as_person(client, MODERATOR)
    (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
    assert card["refusal"] == refusal
    (outcome,) = outcomes(client, a_press("approve", revision.id, 2))
    assert outcome["words"] == refusal


def test_a_removal_without_a_reason_is_refused(services: Services, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    (outcome,) = outcomes(client, a_press("remove", revision.id))
    assert outcome["words"] == "Eine Entfernung braucht einen Grund."
    (outcome,) = outcomes(client, a_press("approve", revision.id, note="x" * 3_000))
    assert outcome["words"] == "Die Notiz hat mehr als 2.000 Zeichen."


def test_somebody_else_was_first(services: Services, staff_page: Open, client: TestClient) -> None:
    revision = scored(services, HELD)
    claim_case(services.context, LEAD, revision.id)
    as_person(client, MODERATOR)
    (outcome,) = outcomes(client, a_press("approve", revision.id))
    assert outcome["words"].startswith("lena hat diesen Fall seit ")
    test = staff_page("review", OTHER_LEAD)
    decided(services, revision, Action.APPROVE, actor=LEAD)
    test = press(test, "escalate_")
    assert "lena hat diesen Kommentar um " in " ".join(each.value for each in test.markdown)


def test_what_the_desk_can_not_find_or_read(services: Services, client: TestClient) -> None:
    as_person(client, MODERATOR)
    answer = client.post("/review/desk/open", json={"revision": "none"})
    assert answer.json()["error"] == "Zu diesem Kommentar gibt es keinen Fall."
    found = ask(client, "search", query="* label:odd")
    assert found["problem"].startswith("Nicht verstanden: * (finden lassen sich nur")
    assert "(nach label: steht eines davon: toxicity, " in found["problem"]


def test_a_reporter_is_muted_once(services: Services, client: TestClient) -> None:
    revision = scored(services, HELD)
    reported(services, revision, "una")
    as_person(client, LEAD)
    asked = {"revision": revision.id, "reporter": "una", "because": ""}
    answer = client.post("/review/desk/mute", json=asked)
    assert answer.json()["error"] == "Begründung fehlt: Sagen Sie in wenigen Worten, warum"
    ask(client, "mute", **{**asked, "because": "falsche Meldungen"})
    answer = client.post("/review/desk/mute", json={**asked, "because": "falsche Meldungen"})
    assert answer.json()["error"] == "Wer das gemeldet hat, ist schon stummgeschaltet."


def test_a_policy_draft_with_an_error(services: Services, staff_page: Open) -> None:
    test = press(move(staff_page("policy", LEAD), Label.INSULT, 0.4, 1.0), "propose_")
    assert "Sagen Sie in einem Satz, warum: Wer das veröffentlicht" in words(test)


def test_a_rule_that_can_be_none(staff_page: Open) -> None:
    test = with_rule(staff_page("policy", LEAD), "casino (", "pattern")
    # What RE2 says of a pattern stays as it is.
    assert "Textregel: Muster „casino (“: missing ): casino (" in words(test)
    test = with_rule(test, "https://a.example/x", "link")
    assert (
        "Textregel: Link „https://a.example/x“: „https://a.example/x“ ist keine Domain allein; "
        "schreiben Sie „a.example“" in words(test)
    )


def test_a_draft_that_was_changed_meanwhile(services: Services, staff_page: Open) -> None:
    draft = proposed(services)
    test = staff_page("policy", OTHER_LEAD)
    (choice,) = [each for each in test.selectbox if each.label == "Anzeigen"]
    test = choice.set_value(draft.id).run()
    begun(services, LEAD, hold=0.4, label=Label.INSULT)
    test = press(test, "publish_")
    assert "Dieser Entwurf wurde geändert, nachdem er Ihnen gezeigt wurde." in words(test)


def test_an_appeal_is_not_for_everybody(services: Services, staff_page: Open) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    appealed(services, revision)
    assert "Über diesen Kommentar haben Sie selbst entschieden" in said(staff_page("appeals", LEAD))
    test = staff_page("appeals", AUDITOR)
    assert "Mit der Rolle Revision dürfen Sie das nicht: Widersprüche prüfen." in said(test)
    test = press(press(staff_page("appeals", OTHER_LEAD), "look_approve_"), "overturn_")
    assert "Geben Sie dem Autor eine Begründung von mindestens einem Satz." in said(test)


def test_a_key_s_name_is_refused(staff_page: Open) -> None:
    test = staff_page("keys", ADMIN)
    test.text_input(key="key_name").set_value("a *b*").run()
    test = test.button(key="make_key").click().run()
    assert "der Name eines Schlüssels darf bis zu 60 Buchstaben, Ziffern, `_`, `.`" in errors(test)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("mina", "mina ist schon hier; ändern Sie stattdessen die Rollen."),
        ("System", "der Name „System“ gehört einem der eigenen Programme der Konsole"),
        (" ", "Name: nötig sind 1 bis 200 sichtbare Zeichen"),
    ],
)
def test_a_person_is_not_invited(staff_page: Open, name: str, why: str) -> None:
    test = staff_page("people", ADMIN)
    test.text_input(key="person_name").set_value(name).run()
    test.button_group(key="person_roles").set_value([Role.LEAD]).run()
    assert why in errors(test.button(key="invite_person").click().run())


def test_a_load_test_runs_already(services: Services, staff_page: Open) -> None:
    test = staff_page("scale", OPS)
    running = load_test("run1", status=LoadTestStatus.RUNNING, ended_at=None, started_by="lena")
    LoadTestFolder(services.settings.load_tests_dir).write(running)
    test = test.button(key="start").click().run()
    assert "Ein Lasttest läuft schon, gestartet von lena: run1." in errors(test)


def test_files_that_are_wrong_are_told_on_their_pages(services: Services, staff_page: Open) -> None:
    home = services.settings.home
    (home / "objectives.toml").write_text("[objective.x]\nkind = 'latency'\nodd = 1\n")
    assert "objectives.toml, Ziel „x“: unbekannter Eintrag „odd“" in errors(
        staff_page("scale", OPS)
    )
    (home / "prices.toml").write_text("[price.x]\n")
    assert "prices.toml, Preis „x“: geben Sie eines davon an" in errors(staff_page("cost", LEAD))


def test_a_decision_is_not_reopened_on_the_look_up(services: Services, staff_page: Open) -> None:
    revision = removed_by_person(services)
    appealed(services, revision)
    test = staff_page("lookup", MODERATOR, reference=revision.reference)
    assert "Der Autor hat widersprochen; jetzt entscheidet der Widerspruch." in said(test)
