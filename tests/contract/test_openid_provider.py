"""The adapter of OpenID providers against a server in the real shapes: whom it believes, whom it
refuses, and how it says so."""

import json
import time
from collections.abc import Iterator

import pytest
from joserfc.jwk import OctKey

from core.errors import IdentityUnavailable, SignInRefused
from core.identity.base import SignInAttempt
from core.identity.openid import OpenIdClient, OpenIdProvider
from core.identity.sealing import opened, sealed
from tests.integration.openid_server import CLIENT_ID, OTHER_KEY, SECRET, OpenIdServer

CONSOLE = "https://console.example"
BROWSER = "what only the browser has"


@pytest.fixture
def server() -> Iterator[OpenIdServer]:
    with OpenIdServer() as running:
        yield running


def provider(server: OpenIdServer, **changes: str) -> OpenIdProvider:
    known = {"issuer": server.url, "client_id": CLIENT_ID, "client_secret": SECRET}
    addresses = {"redirect_uri": f"{CONSOLE}/oidc/callback", "return_uri": CONSOLE}
    return OpenIdProvider(OpenIdClient(**{**known, **addresses, **changes}))


def take(server: OpenIdServer, made: OpenIdProvider | None = None):
    made = made or provider(server)
    attempt = SignInAttempt("/")
    code = server.visit(made.sign_in_address(attempt))
    return made.take(code, attempt, BROWSER)


def test_a_person_is_told_with_the_claims_of_both_places(server: OpenIdServer) -> None:
    server.claims = {"groups": ["staff"]}
    found = take(server)
    assert found.claims["preferred_username"] == "mina"
    assert found.claims["roles"] == ["moderator"]
    assert found.claims["groups"] == ["staff"]
    assert "access-1" not in found.sealed
    sent = next(each for each in server.asked if each.startswith("/token"))
    assert "code_verifier=" in sent
    assert SECRET.replace(" ", "+") not in sent  # it goes in a header


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"nonce": "another"}, "`nonce` is wrong"),
        ({"nonce": None}, "`nonce` is wrong"),
        ({"aud": "another-client"}, "`aud` is wrong"),
        ({"aud": None}, "`aud` is wrong"),
        ({"iss": "https://evil.example"}, "`iss` is wrong"),
        ({"sub": None}, "`sub` is wrong"),
        ({"exp": None}, "`exp` is wrong"),
        ({"exp": 1}, "has run out"),
        ({"iat": 2**40}, "from the future"),
        ({"exp": "soon"}, "is wrong"),
    ],
)
def test_an_id_token_that_lies_is_refused(server: OpenIdServer, lies, why: str) -> None:
    server.lies = lies
    with pytest.raises(SignInRefused, match=why):
        take(server)


@pytest.mark.parametrize(("skew_s", "is_believed"), [(100, True), (-100, True), (900, False)])
def test_clocks_may_differ_a_little(server: OpenIdServer, skew_s: int, is_believed: bool) -> None:
    now = int(time.time())
    server.lies = {"iat": now + skew_s, "exp": now + skew_s + 60}
    if skew_s < 0:
        server.lies["exp"] = now - 60  # over by the provider's own clock, which is behind
    if is_believed:
        assert take(server).claims["sub"] == "s-1"
    else:
        with pytest.raises(SignInRefused, match="clocks"):
            take(server)


def test_a_token_signed_by_another_is_refused(server: OpenIdServer) -> None:
    server.key = OTHER_KEY
    with pytest.raises(SignInRefused, match="signature"):
        take(server)


def test_a_token_signed_with_a_shared_secret_is_refused(server: OpenIdServer) -> None:
    server.key, server.algorithm = OctKey.import_key(SECRET), "HS256"  # type: ignore[assignment]
    with pytest.raises(SignInRefused, match="signature"):
        take(server)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30."])
def test_no_token_at_all_is_refused(server: OpenIdServer, token: str) -> None:
    tokens = {"access_token": "a", "token_type": "Bearer", "id_token": token}
    server.bodies["/token"] = json.dumps(tokens).encode()
    with pytest.raises(SignInRefused, match="can't be believed"):
        take(server)


def test_userinfo_of_another_person_is_refused(server: OpenIdServer) -> None:
    server.info = {"sub": "s-2", "roles": ["admin"]}
    with pytest.raises(SignInRefused, match="another person"):
        take(server)


@pytest.mark.parametrize(
    "place", ["/.well-known/openid-configuration", "/token", "/userinfo", "/jwks"]
)
@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"\xff", b""])
def test_an_answer_in_no_known_shape_is_told(server: OpenIdServer, place: str, body: bytes) -> None:
    server.bodies[place] = body
    with pytest.raises((IdentityUnavailable, SignInRefused)) as refused:
        take(server)
    assert "html" not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "status", "kind"),
    [
        ("/.well-known/openid-configuration", 404, IdentityUnavailable),
        ("/.well-known/openid-configuration", 500, IdentityUnavailable),
        ("/token", 400, SignInRefused),
        ("/token", 503, IdentityUnavailable),
        ("/userinfo", 401, SignInRefused),
        ("/userinfo", 500, IdentityUnavailable),
        ("/jwks", 500, IdentityUnavailable),
    ],
)
def test_a_refusal_is_told_from_no_answer(server: OpenIdServer, place, status, kind) -> None:
    server.status[place] = status
    with pytest.raises(kind):
        take(server)


def test_a_provider_that_is_away_or_another_one_is_told(server: OpenIdServer) -> None:
    with pytest.raises(IdentityUnavailable, match="did not answer"):
        provider(server, issuer="http://127.0.0.1:9").sign_in_address(SignInAttempt("/"))
    server.issuer = "https://another.example"
    with pytest.raises(IdentityUnavailable, match="another issuer"):
        provider(server).sign_in_address(SignInAttempt("/"))


def test_it_is_asked_again_without_a_renewal_while_its_token_lasts(server: OpenIdServer) -> None:
    made = provider(server)
    first = take(server, made)
    server.info = {"roles": ["lead"]}
    again = made.ask_again(first.sealed, BROWSER)
    assert again.claims["roles"] == ["lead"]
    assert server.tokens == 1


@pytest.mark.parametrize("is_in_token", [True, False])
def test_a_token_that_ends_is_renewed_with_the_newest_renewal(
    server: OpenIdServer, is_in_token: bool
) -> None:
    if is_in_token:  # roles that only the ID token tells, which no userinfo brings up to date
        server.info, server.claims = {}, {"roles": ["moderator"]}
    else:
        server.expires_in = 1
    made = provider(server)
    first = take(server, made)
    server.lies = {"nonce": None}  # a renewal has none
    if is_in_token:
        server.claims = {"roles": ["lead"]}
    second = made.ask_again(first.sealed, BROWSER)
    assert second.claims["roles"] == (["lead"] if is_in_token else ["moderator"])
    made.ask_again(second.sealed, BROWSER)
    used = [each for each in server.asked if "grant_type=refresh_token" in each]
    assert ["refresh_token=renewal-1" in used[0], "refresh_token=renewal-2" in used[1]] == [
        True
    ] * 2


def test_without_a_renewal_an_ended_token_ends_the_sign_in(server: OpenIdServer) -> None:
    server.renews, server.expires_in = False, 1
    made = provider(server)
    first = take(server, made)
    with pytest.raises(SignInRefused, match="has ended"):
        made.ask_again(first.sealed, BROWSER)


def test_a_renewal_that_was_taken_back_ends_it(server: OpenIdServer) -> None:
    server.expires_in = 1
    made = provider(server)
    first = take(server, made)
    server.status["/token"] = 400
    with pytest.raises(SignInRefused, match="It <b>is</b> over"):  # pages escape it
        made.ask_again(first.sealed, BROWSER)


def test_signing_out_names_the_session_and_where_to_return(server: OpenIdServer) -> None:
    made = provider(server)
    address = made.sign_out_address(take(server, made).sealed, BROWSER)
    assert address is not None
    assert address.startswith(f"{server.url}/end_session?id_token_hint=")
    assert "post_logout_redirect_uri=https%3A%2F%2Fconsole.example" in address


def test_another_person_may_be_asked_for(server: OpenIdServer) -> None:
    made = provider(server)
    assert "prompt=login" in made.sign_in_address(SignInAttempt("/"), asks_anew=True)
    assert "prompt" not in made.sign_in_address(SignInAttempt("/"))


def test_what_is_sealed_opens_for_its_browser_alone() -> None:
    assert opened(sealed("tokens", BROWSER), BROWSER) == "tokens"
    for secret, text in (("another", sealed("tokens", BROWSER)), (BROWSER, "made up")):
        with pytest.raises(SignInRefused):
            opened(text, secret)
