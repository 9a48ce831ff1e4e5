"""Sign-in of staff by an identity provider: rights follow what it says, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from core.bootstrap.services import Services
from core.errors import IdentityUnavailable, SignInRefused
from core.identity.base import Identified, SignInAttempt
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.sign_ins import ASK_EVERY, STAFF_HOURS, UNCHECKED_AT_MOST
from core.services.people import disable_person, give_roles, invite_person, list_people
from core.services.sign_in import find_signed_in, sign_in
from core.services.staff_sign_in import StaffSignIn, find_staff, finish_sign_in, sign_out
from core.store.base import Writer
from core.store.sql.tables import people
from tests.factories import make_services
from tests.moving_clock import MovingClock
from tests.staff import DEMO_STAFF
from tests.state_checks import place_of, state_rows

ASK_S = ASK_EVERY.total_seconds()
AWAY_S = UNCHECKED_AT_MOST.total_seconds()
MINA = Actor("mina", Role.MODERATOR)


@dataclass
class FakeProvider:
    """Implements `core.identity.base.IdentityProvider`. `error` is raised instead of an answer."""

    name: str = "https://login.example"
    claims: dict[str, object] = field(
        default_factory=lambda: {"preferred_username": "mina", "roles": ["moderator"]}
    )
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def sign_in_address(self, attempt: SignInAttempt, *, asks_anew: bool = False) -> str:
        return f"{self.name}/?state={attempt.state}&anew={asks_anew}"

    def take(self, code: str, attempt: SignInAttempt, secret: str) -> Identified:
        return self._answer(secret)

    def ask_again(self, sealed: str, secret: str) -> Identified:
        assert sealed == f"sealed {len(self.asked)} for {secret}", "an old renewal is used twice"
        return self._answer(secret)

    def sign_out_address(self, sealed: str, secret: str) -> str | None:
        if self.error is not None:
            raise self.error
        return f"{self.name}/out"

    def _answer(self, secret: str) -> Identified:
        if self.error is not None:
            raise self.error
        self.asked.append(secret)
        return Identified(self.claims, f"sealed {len(self.asked)} for {secret}")


@dataclass
class Site:
    services: Services
    clock: MovingClock
    provider: FakeProvider

    @property
    def via(self) -> StaffSignIn:
        return StaffSignIn(self.provider, "preferred_username", "roles")

    def enter(self) -> str:
        attempt = SignInAttempt("/")
        return finish_sign_in(
            self.services.context, self.via, attempt, state=attempt.state, code="c"
        )

    def who(self, token: str | None) -> Actor | None:
        return find_staff(self.services.context, self.via, token)


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Site]:
    clock = MovingClock()
    services = make_services(tmp_path, clock=clock.clock, state_url=each_state_url)
    yield Site(services, clock, FakeProvider())
    services.close()


def rows(site: Site) -> list[tuple[object, ...]]:
    return state_rows(place_of(site.services.settings), "SELECT * FROM sign_ins")


def test_a_person_is_who_the_provider_says_and_no_token_is_stored(site: Site) -> None:
    token = site.enter()
    assert site.who(token) == MINA
    for forged in (None, "", "mina", token[:-1], token + "x", "\ud800"):
        assert site.who(forged) is None
    assert token not in [row[0] for row in rows(site)]


@pytest.mark.parametrize("state", ["", "another", "é"])
def test_an_answer_to_another_attempt_is_refused(site: Site, state: str) -> None:
    with pytest.raises(SignInRefused, match="another sign-in"):
        finish_sign_in(site.services.context, site.via, SignInAttempt("/"), state=state, code="c")
    assert rows(site) == []


def test_who_has_no_role_or_no_name_is_not_signed_in(site: Site) -> None:
    for claims in ({"preferred_username": "mina"}, {"roles": ["lead"]}, {}):
        site.provider.claims = dict(claims)
        with pytest.raises(SignInRefused):
            site.enter()
    assert rows(site) == []


def test_a_role_that_changes_there_changes_here_within_a_minute(site: Site) -> None:
    token = site.enter()
    site.provider.claims["roles"] = ["lead"]
    site.clock.move(ASK_S - 1)
    assert site.who(token) == MINA
    site.clock.move(1)
    assert site.who(token) == Actor("mina", Role.LEAD)
    assert len(site.provider.asked) == 2
    assert site.who(token) == Actor("mina", Role.LEAD)
    assert len(site.provider.asked) == 2


@pytest.mark.parametrize("claims", [{"roles": []}, {}])
def test_a_role_that_is_taken_away_ends_the_sign_in(site: Site, claims) -> None:
    token = site.enter()
    site.provider.claims = claims
    site.clock.move(ASK_S)
    assert site.who(token) is None
    assert rows(site) == []
    site.provider.claims = {"roles": ["admin"]}
    assert site.who(token) is None


def test_several_roles_count_together_with_those_given_here(site: Site) -> None:
    site.provider.claims["roles"] = ["admin", "moderator"]
    token = site.enter()
    assert site.who(token) == Actor("mina", Role.MODERATOR, (Role.ADMIN,))
    give_roles(site.services.context, SYSTEM, "mina", [Role.LEAD])
    assert site.who(token) == Actor("mina", Role.LEAD, (Role.MODERATOR, Role.ADMIN))
    site.provider.claims["roles"] = []
    site.clock.move(ASK_S)
    assert site.who(token) == Actor("mina", Role.LEAD)


def test_who_was_invited_needs_no_role_there(site: Site) -> None:
    site.provider.claims = {"preferred_username": "eva"}
    invite_person(site.services.context, SYSTEM, "eva", [Role.OPS])
    token = site.enter()
    assert site.who(token) == Actor("eva", Role.OPS)
    site.clock.move(ASK_S)
    assert site.who(token) == Actor("eva", Role.OPS)
    [eva] = list_people(replace(site.services.context, demo_staff=()), SYSTEM)
    assert eva.last_seen_at == site.services.clock.now()


def test_who_is_disabled_here_is_out_whatever_the_provider_says(site: Site) -> None:
    token = site.enter()
    disable_person(site.services.context, SYSTEM, "mina")
    assert site.who(token) is None
    with pytest.raises(SignInRefused, match="You were disabled"):
        site.enter()
    assert rows(site) == []


def test_who_was_disabled_while_the_provider_was_asked_is_out(site: Site) -> None:
    token = site.enter()
    answer = site.provider._answer

    def _disabled_meanwhile(secret: str) -> Identified:
        disable_person(site.services.context, SYSTEM, "mina")
        return answer(secret)

    site.provider._answer = _disabled_meanwhile  # type: ignore[method-assign]
    site.clock.move(ASK_S)
    assert site.who(token) is None
    assert rows(site) == []


def test_who_signs_out_in_another_tab_before_the_provider_is_asked_is_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = site.enter()
    context, write = site.services.context, site.services.context.store.write

    def _after_a_sign_out() -> AbstractContextManager[Writer]:
        monkeypatch.setattr(context.store, "write", write)
        sign_out(context, site.via, token)
        return write()

    site.clock.move(ASK_S)
    monkeypatch.setattr(context.store, "write", _after_a_sign_out)
    assert site.who(token) is None
    assert rows(site) == []


def test_a_role_that_was_taken_away_there_is_none_of_theirs_on_the_list(site: Site) -> None:
    token = site.enter()
    site.provider.claims["roles"] = []
    site.clock.move(ASK_S)
    assert site.who(token) is None
    [mina] = list_people(replace(site.services.context, demo_staff=()), SYSTEM)
    assert (mina.name, mina.roles) == ("mina", ())


def test_a_sign_in_from_before_people_were_kept_counts(site: Site) -> None:
    token = site.enter()
    with site.services.context.store.write() as tx:
        tx._connection.execute(delete(people))  # type: ignore[attr-defined]
    assert site.who(token) == MINA
    site.clock.move(ASK_S)
    assert site.who(token) == MINA
    [mina] = list_people(replace(site.services.context, demo_staff=()), SYSTEM)
    assert mina.told == (Role.MODERATOR,)


def test_a_session_that_ended_there_ends_here(site: Site) -> None:
    token = site.enter()
    site.provider.error = SignInRefused("over")
    site.clock.move(ASK_S)
    assert site.who(token) is None
    assert rows(site) == []


def test_work_goes_on_for_a_while_if_the_provider_is_away_but_not_for_ever(site: Site) -> None:
    token = site.enter()
    site.provider.error = IdentityUnavailable("away")
    site.clock.move(ASK_S)
    assert site.who(token) == MINA
    site.clock.move(AWAY_S - ASK_S - 1)
    assert site.who(token) == MINA
    site.clock.move(1)
    with pytest.raises(IdentityUnavailable, match="has not answered"):
        site.who(token)
    site.clock.move(ASK_S)
    with pytest.raises(IdentityUnavailable, match="away"):
        site.who(token)
    site.provider.error = None
    site.clock.move(ASK_S)
    assert site.who(token) == MINA


def test_it_is_not_asked_at_each_click_while_it_is_away(site: Site) -> None:
    token = site.enter()
    calls = []
    site.provider.error = IdentityUnavailable("away")
    answer = site.provider._answer
    site.provider._answer = lambda secret: (calls.append(1), answer(secret))[1]  # type: ignore[method-assign]
    site.clock.move(ASK_S)
    for _ in range(5):
        assert site.who(token) == MINA
    assert len(calls) == 1


def test_a_sign_in_ends_after_a_shift(site: Site) -> None:
    token = site.enter()
    for _ in range(STAFF_HOURS):
        assert site.who(token) == MINA
        site.clock.move(3600)
    assert site.who(token) is None
    site.clock.move(1)
    site.enter()
    assert len(rows(site)) == 1


def test_many_tabs_ask_once(site: Site) -> None:
    token = site.enter()
    site.clock.move(ASK_S)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(site.who, [token] * 24))
    assert found == [MINA] * 24
    assert len(site.provider.asked) == 2


def test_signing_out_ends_it_here_even_if_the_provider_is_away(site: Site) -> None:
    token, other = site.enter(), site.enter()
    assert sign_out(site.services.context, site.via, token) == "https://login.example/out"
    assert site.who(token) is None
    assert site.who(other) == MINA
    site.provider.error = IdentityUnavailable("away")
    assert sign_out(site.services.context, site.via, other) is None
    assert site.who(other) is None
    assert sign_out(site.services.context, site.via, other) is None


def test_a_sign_in_of_one_kind_is_none_of_the_other(site: Site) -> None:
    demo = sign_in(site.services.context, DEMO_STAFF[0])
    assert site.who(demo) is None
    assert find_signed_in(site.services.context, site.enter()) is None
