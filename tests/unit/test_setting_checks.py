"""Settings of the sign-in that are wrong only together."""

import pytest

from core.environment import load_settings
from core.errors import ConfigError

OIDC = {"SIGN_IN": "oidc", "OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "console"}
OUTSIDE = {"DASHBOARD_HOST": "0.0.0.0", "STAFF_URL": "https://console.example"}


def load(**given: str) -> object:
    return load_settings({f"MODCONSOLE_{name}": text for name, text in given.items()})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"DASHBOARD_HOST": "0.0.0.0"}, "the demo sign-in asks for no password"),
        ({**OUTSIDE, "SIGN_IN": "demo"}, "the demo sign-in asks for no password"),
        ({"DASHBOARD_HOST": "console.example"}, "asks for no password"),
        ({"SIGN_IN": "oidc"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_CLIENT_ID": "none"}, "OIDC_CLIENT_ID"),
        ({**OIDC, "OIDC_ISSUER": "login.example"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_ISSUER": "https://user:pw@login.example"}, "OIDC_ISSUER"),
        ({**OIDC, "OIDC_ISSUER": "http://login.example"}, "not encrypted"),
        ({**OIDC, "OIDC_ISSUER": "http://127.0.0.1.evil.example"}, "not encrypted"),
        ({**OIDC, "DASHBOARD_HOST": "0.0.0.0"}, "STAFF_URL"),
        ({"STAFF_URL": "https://console.example/path"}, "without a path"),
        ({"SIGN_IN": "ldap"}, "demo or oidc"),
    ],
)
def test_a_sign_in_that_others_could_get_around_is_refused(given, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"DASHBOARD_HOST": "127.0.0.2"},
        OIDC,
        {**OIDC, **OUTSIDE},
        {**OIDC, "OIDC_ISSUER": "http://127.0.0.1:9000/realms/site"},
        {**OIDC, "OIDC_ISSUER": "http://localhost"},
    ],
)
def test_others_are_taken(given) -> None:
    load(**given)
