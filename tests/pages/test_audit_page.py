"""The audit page: filters, pages, who may see it, and the export."""

from collections.abc import Callable
from csv import DictReader
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.permissions import SYSTEM, Actor, Permission, Role, can
from core.moderation.policies import Action
from core.services import audit
from core.services.sign_in import sign_in
from dashboard.audit.download import PATH, ROUTE
from dashboard.audit.wording import EVERYTHING, KINDS, kind_of
from dashboard.wiring import cookie_name
from tests.factories import HELD, HOSTILE, decided, scored
from tests.pages.conftest import carriers
from tests.staff import DEMO_STAFF

StaffPage = Callable[..., AppTest]

AUDITOR = Actor("ines", Role.AUDITOR)
READERS = [actor for actor in DEMO_STAFF if can(actor, Permission.SEE_AUDIT)]
OTHERS = [actor for actor in DEMO_STAFF if not can(actor, Permission.SEE_AUDIT)]


def shown(at: AppTest) -> list[tuple[str, str]]:
    """What each event is, and who did it."""
    if not at.dataframe:
        return []
    frame = at.dataframe[0].value
    return list(zip(frame["what"], frame["who"], strict=True))


def test_every_kind_has_words_and_is_found_by_them() -> None:
    assert set(KINDS) == set(AuditKind)
    assert [kind_of(words) for words in KINDS.values()] == list(KINDS)
    assert kind_of(EVERYTHING) is None


@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.id)
def test_readers_see_the_newest_first_and_filter(
    services: Services, staff_page: StaffPage, actor: Actor
) -> None:
    first, second = (scored(services, f"{HELD} {n}") for n in range(2))
    decided(services, first, Action.APPROVE)
    at = staff_page("audit", actor)
    assert not at.exception
    assert shown(at)[0] == (KINDS[AuditKind.DECISION_REVIEWED], "mina")
    assert len(shown(at)) == 6
    at.selectbox(key="audit_who").set_value("mina").run()
    assert shown(at) == [(KINDS[AuditKind.DECISION_REVIEWED], "mina")]
    at.selectbox(key="audit_who").set_value("everybody").run()
    at.selectbox(key="audit_what").set_value(KINDS[AuditKind.COMMENT_STORED]).run()
    assert len(shown(at)) == 2
    at.text_input(key="audit_about").set_value(second.reference.lower()).run()
    assert len(shown(at)) == 1
    assert at.dataframe[0].value["about"][0] == second.id
    at.text_input(key="audit_about").set_value("nothing").run()
    assert "No event fits" in at.info[0].value


def test_days_are_filters_too(services: Services, staff_page: StaffPage) -> None:
    scored(services, HELD)
    today = services.clock.now().date()
    at = staff_page("audit", AUDITOR)
    every = len(shown(at))
    at.date_input(key="audit_until").set_value(today - timedelta(days=1)).run()
    assert shown(at) == []
    at.date_input(key="audit_until").set_value(today + timedelta(days=1)).run()
    at.date_input(key="audit_since").set_value(today - timedelta(days=1)).run()
    assert len(shown(at)) == every


def test_older_and_newer_walk_the_log(
    services: Services, staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE_EVENTS", 2)
    for number in range(2):
        scored(services, f"{HELD} {number}")
    at = staff_page("audit", AUDITOR)
    newest = shown(at)
    assert at.button(key="audit_newer").disabled
    walked = list(newest)
    while not at.button(key="audit_older").disabled:
        at.button(key="audit_older").click().run()
        walked += shown(at)
    assert len(walked) == 5
    assert walked[-1][0] == KINDS[AuditKind.POLICY_STORED]
    for _ in range(2):
        at.button(key="audit_newer").click().run()
    assert shown(at) == newest
    at.button(key="audit_older").click().run()
    at.selectbox(key="audit_what").set_value(KINDS[AuditKind.COMMENT_STORED]).run()
    assert at.button(key="audit_newer").disabled  # other filters begin at the newest


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.id)
def test_others_have_no_such_page(staff_page: StaffPage, actor: Actor) -> None:
    with pytest.raises(ValueError, match="Could not find"):
        staff_page("audit", actor)


def test_what_somebody_wrote_reaches_only_cells(services: Services, staff_page: StaffPage) -> None:
    scored(services, HELD)
    with services.context.store.write() as tx:
        who = Actor(HOSTILE, Role.LEAD)
        kind = AuditKind.REPORTER_MUTED
        tx.add_audit(services.context.audit(kind, who, f"site:{HOSTILE}", words=HOSTILE))
    at = staff_page("audit", AUDITOR)
    assert carriers(at, "example.invalid") <= {"Dataframe", "Selectbox"}


@pytest.fixture
def browser(services: Services) -> TestClient:
    return TestClient(Starlette(routes=[ROUTE]))


def signed_in(browser: TestClient, services: Services, actor: Actor) -> None:
    token = sign_in(services.context, actor)
    browser.cookies.set(cookie_name("testserver"), token)


def test_the_export_is_a_file_with_every_event_and_its_cells_are_no_formulas(
    services: Services, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "EXPORTED_AT_ONCE", 2)
    scored(services, HELD)
    formula = "=HYPERLINK(1)"
    with services.context.store.write() as tx:
        kind = AuditKind.REPORTER_MUTED
        tx.add_audit(services.context.audit(kind, SYSTEM, formula))
    signed_in(browser, services, AUDITOR)
    answer = browser.get(PATH)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(DictReader(answer.text.splitlines()))
    assert [row["kind"] for row in rows][-2:] == ["reporter.muted", "audit.exported"]
    assert len(rows) == 5
    assert rows[-2]["subject_id"] == f"'{formula}"
    with services.context.store.read() as reader:
        assert [event.actor for event in reader.audit_trail(AUDIT_LOG)] == ["ines"]


def test_the_export_is_for_those_who_may_see_the_log(
    services: Services, browser: TestClient
) -> None:
    assert browser.get(PATH).status_code == 403
    signed_in(browser, services, OTHERS[0])
    assert browser.get(PATH).status_code == 403
    with services.context.store.read() as reader:
        assert reader.audit_trail(AUDIT_LOG) == []
