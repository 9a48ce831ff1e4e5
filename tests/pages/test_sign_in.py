"""Sign-in: a session has no person until one is chosen."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime.context import StreamlitHeaders
from streamlit.testing.v1 import AppTest

from core.errors import PermissionDenied
from core.moderation.sign_ins import SIGN_IN_DAYS
from core.services.people import find_demo_staff
from core.services.sign_in import find_signed_in, sign_in
from dashboard import wiring
from tests.factories import HELD, make_services, scored
from tests.pages.conftest import press, said
from tests.patience import PATIENT_S
from tests.staff import DEMO_STAFF
from tests.state_checks import place_of, state_rows

NO_BROWSER = SimpleNamespace(headers=StreamlitHeaders([]), cookies={}, locale=None)

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


def test_nobody_is_signed_in_as_the_first_moderator_by_default(services, monkeypatch):
    monkeypatch.setattr(wiring.st, "context", NO_BROWSER)
    scored(services, HELD)
    at = AppTest.from_file(APP, default_timeout=PATIENT_S)
    at.query_params["view"] = "plain"
    at.run()
    assert not at.exception
    assert at.subheader[0].value == "Choose a person"
    assert HELD not in said(at)
    assert not any("approve" in (button.key or "") for button in at.button)
    press(at, "sign_in_lena")
    assert not at.exception
    assert HELD in said(at)


@pytest.mark.parametrize("name", [None, "", "nobody", "Mina", "mina "])
def test_an_unknown_name_is_no_person(services, name: str | None):
    assert find_demo_staff(services.context, name) is None


def test_every_person_is_found_by_name(services):
    found = [find_demo_staff(services.context, actor.id) for actor in DEMO_STAFF]
    assert found == list(DEMO_STAFF)


def test_a_token_is_one_persons_and_cannot_be_made_up(services):
    context = services.context
    mina, lena = DEMO_STAFF[0], DEMO_STAFF[2]
    tokens = [sign_in(context, mina), sign_in(context, lena)]
    assert [find_signed_in(context, token) for token in tokens] == ["mina", "lena"]
    assert len(set(tokens)) == 2
    assert all(len(token) >= 32 for token in tokens)
    for forged in (None, "", "mina", "lena", tokens[0][:-1], tokens[0] + "x", "\ud800"):
        assert find_signed_in(context, forged) is None


def test_another_console_on_the_state_knows_it_and_the_state_holds_no_token(services, home):
    token = sign_in(services.context, DEMO_STAFF[0])
    other = make_services(home)
    assert find_signed_in(other.context, token) == "mina"
    other.close()
    (row,) = state_rows(place_of(services.settings), "SELECT * FROM sign_ins")
    assert token not in row


def test_a_sign_in_ends(home):
    began = make_services(home, days_ago=SIGN_IN_DAYS)
    old = sign_in(began.context, DEMO_STAFF[0])
    assert find_signed_in(began.context, old) == "mina"
    began.close()
    now = make_services(home)
    assert find_signed_in(now.context, old) is None
    sign_in(now.context, DEMO_STAFF[0])
    assert len(state_rows(place_of(now.settings), "SELECT * FROM sign_ins")) == 1
    now.close()


def test_a_reload_finds_the_person_by_the_cookie(services, monkeypatch):
    scored(services, HELD)
    token = sign_in(services.context, DEMO_STAFF[0])
    context = SimpleNamespace(
        headers={"Host": "console.example:8443"}, cookies={"modconsole_person_8443": token}
    )
    monkeypatch.setattr(wiring.st, "context", context)
    assert wiring.signed_in() == DEMO_STAFF[0]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:8501", "modconsole_person_8501"),
        ("console.example", "modconsole_person_web"),
        ("[::1]:8502", "modconsole_person_8502"),
        ("[::1]", "modconsole_person_web"),
        ("x:;y=", "modconsole_person_web"),
        (None, "modconsole_person_web"),
    ],
)
def test_the_cookie_is_named_by_the_address_in_the_browser(host, name):
    assert wiring.cookie_name(host) == name


def test_a_state_that_is_away_is_told_on_every_page(services, home, staff_page):
    if not services.settings.keeps_state_in_home:
        pytest.skip("the state is no file that could be moved away")
    scored(services, HELD)
    at = staff_page("review", DEMO_STAFF[0])
    assert HELD in said(at)
    (home / "state.db").rename(home / "away.db")
    at.run()
    assert not at.exception
    assert "The console's state can't be used now" in at.error[0].value
    (home / "away.db").rename(home / "state.db")
    at.button[0].click().run()
    assert not at.error
    assert HELD in said(at)


def test_pages_have_no_actor_if_nobody_is_signed_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wiring, "signed_in", lambda: None)
    with pytest.raises(PermissionDenied, match="Nobody is signed in"):
        wiring.current_actor()
