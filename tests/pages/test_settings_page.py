"""The settings page: each role, and every state."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.errors import InvalidInput, StoreError
from core.moderation.exposure import PAUSE_AFTER, ReviewedText
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.preferences import load_preferences, save_preferences
from core.store.sql.people import SqlPeople
from core.store.sql.writer import SqlWriter
from core.store.views import LeftOutCount
from dashboard.settings.wording import left_out_lines
from dashboard.staff_texts import reading, say
from tests.factories import HELD, LEAD, MODERATOR, decided, scored
from tests.patience import PATIENT_S

OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


def words(test: AppTest) -> list[str]:
    return [each.value for each in test.markdown]


@pytest.mark.parametrize(
    ("actor", "has_hour", "sees_left_out"),
    [
        (MODERATOR, True, False),
        (LEAD, True, True),
        (AUDITOR, False, False),
    ],
)
def test_each_role_has_its_parts(
    services: Services, staff_page: Open, actor: Actor, has_hour: bool, sees_left_out: bool
) -> None:
    test = staff_page("settings", actor)
    assert not test.exception
    assert [each.label for each in test.toggle] == [
        "Keyboard shortcuts",
        "Cover severe words",
        "Lighter queue",
    ]
    assert [each.value for each in test.toggle] == [True, True, False]
    assert test.get_by_key("settings_left_out").value == []
    assert [tile.value for tile in test.metric] == (["0", "0"] if has_hour else [])
    assert (say("settings.left_out.none") in words(test)) is sees_left_out


@pytest.mark.parametrize("actor", [OPS, ADMIN])
def test_role_without_a_queue_chooses_its_language_alone(staff_page: Open, actor: Actor) -> None:
    test = staff_page("settings", actor)
    assert not test.exception
    assert [each.key for each in test.selectbox] == ["settings_language"]
    assert len(test.toggle) == len(test.metric) == 0


def test_a_chosen_language_holds_at_once_and_after_a_reload(
    services: Services, staff_page: Open
) -> None:
    test = staff_page("settings", MODERATOR)
    test.selectbox(key="settings_language").set_value("de").run()
    assert [each.value for each in test.subheader] == ["Einstellungen"]
    assert [each.label for each in test.toggle] == [
        "Tastenkürzel",
        "Schlimme Wörter verdecken",
        "Leichtere Warteschlange",
    ]
    assert load_preferences(services.context, MODERATOR).language == "de"
    assert [each.value for each in staff_page("settings", MODERATOR).subheader] == ["Einstellungen"]
    with reading("de"):  # the test asks for the words of an option, too
        test.selectbox(key="settings_language").set_value("").run()
    assert [each.value for each in test.subheader] == ["Settings"]


def test_each_person_reads_in_their_own_language(services: Services, staff_page: Open) -> None:
    save_preferences(services.context, MODERATOR, Preferences(language="de"))
    save_preferences(services.context, LEAD, Preferences(language="fr"))
    tests = [staff_page("settings", each) for each in (MODERATOR, LEAD, ADMIN)]
    for _ in range(2):
        told = [test.run().subheader[0].value for test in tests]
        assert told == ["Einstellungen", "Réglages", "Settings"]


def test_a_language_without_texts_is_refused(services: Services) -> None:
    with pytest.raises(InvalidInput, match="'nl'"):
        save_preferences(services.context, MODERATOR, Preferences(language="nl"))


def test_page_itself_refuses_a_role_without_permission(services: Services) -> None:
    def page() -> None:
        from core.moderation.permissions import Actor, Role
        from dashboard.settings.screen import render
        from dashboard.wiring import current_services

        render(current_services(), Actor("sam", Role.AUTHOR))

    test = AppTest.from_function(page, default_timeout=PATIENT_S).run()
    assert test.error[0].value == "As author you may not set your preferences."
    assert not test.toggle


def test_a_change_is_stored_at_once_and_shown_again(services: Services, staff_page: Open) -> None:
    test = staff_page("settings", MODERATOR)
    test.get_by_key("settings_masks_severe").set_value(False).run()
    test.get_by_key("settings_left_out").set_value([Label.THREAT, Label.OBSCENE]).run()
    test.get_by_key("settings_is_lighter").set_value(True).run()
    test.get_by_key("settings_has_shortcuts").set_value(False).run()
    stored = Preferences(False, False, (Label.OBSCENE, Label.THREAT), True)
    assert load_preferences(services.context, MODERATOR) == stored
    again = staff_page("settings", MODERATOR)
    assert [each.value for each in again.toggle] == [False, False, True]
    assert again.get_by_key("settings_left_out").value == [Label.OBSCENE, Label.THREAT]
    another = staff_page("settings", Actor("tomas", Role.MODERATOR))
    assert [each.value for each in another.toggle] == [True, True, False]


def test_a_change_in_another_tab_is_shown(services: Services, staff_page: Open) -> None:
    test = staff_page("settings", MODERATOR)
    save_preferences(services.context, MODERATOR, Preferences(is_lighter=True))
    test.run()
    assert test.get_by_key("settings_is_lighter").value is True


def test_all_topics_cannot_be_left_out(services: Services, staff_page: Open) -> None:
    test = staff_page("settings", MODERATOR)
    test.get_by_key("settings_left_out").set_value(list(Label)).run()
    assert "one topic at least has to stay in the queue" in test.error[0].value
    assert test.get_by_key("settings_left_out").value == []
    assert not test.run().error


def test_a_state_that_cannot_be_written_is_told(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(SqlWriter, "save_preferences", full)
    test = staff_page("settings", MODERATOR)
    test.get_by_key("settings_is_lighter").set_value(True).run()
    assert test.error[0].value == "Not stored\\: the disk is full"
    assert test.get_by_key("settings_is_lighter").value is False


def test_the_last_hour_counts_what_was_severe(services: Services, staff_page: Open) -> None:
    decided(services, scored(services, "Vermin, the lot of them."), Action.APPROVE)
    decided(services, scored(services, HELD), Action.REMOVE, reason_code="threat")
    test = staff_page("settings", MODERATOR)
    assert {tile.label: tile.value for tile in test.metric} == {"Decided": "2", "Severe": "1"}
    assert not test.info


def test_a_pause_is_suggested_after_many(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [ReviewedText(str(n), {Label.INSULT: 0.99}) for n in range(PAUSE_AFTER)]
    monkeypatch.setattr(SqlPeople, "reviewed_since", lambda *_: many)
    test = staff_page("settings", MODERATOR)
    assert test.info[0].value == say("settings.hour.pause")


def test_leads_see_what_nobody_takes(services: Services, staff_page: Open) -> None:
    decided(services, scored(services, HELD), Action.APPROVE)
    scored(services, HELD)
    scored(services, HELD)
    save_preferences(
        services.context, MODERATOR, Preferences(left_out=(Label.INSULT, Label.TOXICITY))
    )
    assert "insult: 2 cases" in words(staff_page("settings", LEAD))


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        (LeftOutCount(), []),
        (LeftOutCount({Label.THREAT: 0}), []),
        (
            LeftOutCount({Label.THREAT: 1, Label.INSULT: 1_200}, 3),
            ["threat: 1 case", "insult: 1,200 cases", "a score of 0.95 or more: 3 cases"],
        ),
    ],
)
def test_lines_of_what_is_left_out(count: LeftOutCount, lines: list[str]) -> None:
    assert list(left_out_lines(count)) == lines
