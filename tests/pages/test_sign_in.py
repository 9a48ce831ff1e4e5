"""Sign-in: a session has no person until one is chosen."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import PermissionDenied
from dashboard import wiring
from dashboard.staff import DEMO_STAFF, MOST_SIGN_INS, SignIns, staff_member
from tests.factories import HELD, scored
from tests.pages.conftest import press, said
from tests.patience import PATIENT_S

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


def test_nobody_is_signed_in_as_the_first_moderator_by_default(services):
    scored(services, HELD)
    at = AppTest.from_file(APP, default_timeout=PATIENT_S).run()
    assert not at.exception
    assert at.subheader[0].value == "Choose a person"
    assert HELD not in said(at)
    assert not any("approve" in (button.key or "") for button in at.button)
    press(at, "sign_in_lena")
    assert not at.exception
    assert HELD in said(at)


@pytest.mark.parametrize("name", [None, "", "nobody", "Mina", "mina "])
def test_an_unknown_name_is_no_person(name: str | None):
    assert staff_member(name) is None


def test_every_person_is_found_by_name():
    assert [staff_member(actor.id) for actor in DEMO_STAFF] == list(DEMO_STAFF)


def test_a_token_is_one_persons_and_cannot_be_made_up():
    known = SignIns()
    mina, lena = DEMO_STAFF[0], DEMO_STAFF[2]
    tokens = [known.add(mina), known.add(lena)]
    assert [known.person(token) for token in tokens] == [mina, lena]
    assert len(set(tokens)) == 2
    assert all(len(token) >= 32 for token in tokens)
    for forged in (None, "", "mina", "lena", tokens[0][:-1], tokens[0] + "x"):
        assert known.person(forged) is None
    assert SignIns().person(tokens[0]) is None


def test_the_oldest_tokens_end():
    known = SignIns()
    tokens = [known.add(DEMO_STAFF[0]) for _ in range(MOST_SIGN_INS + 2)]
    assert [known.person(token) for token in tokens[:3]] == [None, None, DEMO_STAFF[0]]
    assert known.person(tokens[-1]) == DEMO_STAFF[0]


def test_pages_have_no_actor_if_nobody_is_signed_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wiring, "signed_in", lambda: None)
    with pytest.raises(PermissionDenied, match="Nobody is signed in"):
        wiring.current_actor()
