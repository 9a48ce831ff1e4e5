"""Signatures as Standard Webhooks describes them, and the checks of the settings of channels."""

import base64
from datetime import UTC, datetime

import pytest

from core.environment import load_settings
from core.errors import ConfigError
from core.moderation.outbox import Channel
from core.outbox.signature import key_of, signed_headers

# The example of the specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEBHOOK = {
    "MODCONSOLE_WEBHOOK_URL": "https://site.example/hooks",
    "MODCONSOLE_WEBHOOK_SECRET": SECRET,
}
MAIL = {
    "MODCONSOLE_SMTP_HOST": "mail.example",
    "MODCONSOLE_SMTP_FROM": "console@site.example",
    "MODCONSOLE_SMTP_TO": "moderation@site.example",
}


def test_the_published_example_has_the_published_signature() -> None:
    headers = signed_headers(
        key_of(SECRET),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "secret",
    [
        "none",
        "",
        SECRET.removeprefix("whsec_"),
        "whsec_",
        "whsec_!!!!",
        f"whsec_{base64.b64encode(b'short').decode()}",
        f"whsec_{base64.b64encode(bytes(65)).decode()}",
    ],
)
def test_a_bad_secret_is_refused_and_not_quoted(secret: str) -> None:
    with pytest.raises(ConfigError, match="MODCONSOLE_WEBHOOK_SECRET") as refusal:
        load_settings(WEBHOOK | {"MODCONSOLE_WEBHOOK_SECRET": secret or "whsec_ü"})
    assert len(secret) < 8 or secret not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "site.example/hooks",
        "ftp://site.example",
        "https:///path",
        "https://user:password@site.example",
        "https://site.example/#part",
        "https://site.example/ä",
        "https://site.example/a b",
        "https://[::1/",
        "https://site.example:99999/",
        "https://site.example:0/",
    ],
)
def test_a_bad_address_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError, match="MODCONSOLE_WEBHOOK_URL") as refusal:
        load_settings(WEBHOOK | {"MODCONSOLE_WEBHOOK_URL": url})
    assert url not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"MODCONSOLE_SMTP_FROM": "none"}, "SMTP_FROM"),
        ({"MODCONSOLE_SMTP_TO": "a@b\nBcc: c@d"}, "SMTP_TO"),
        ({"MODCONSOLE_SMTP_TO": "a@b, c@d"}, "SMTP_TO"),
        ({"MODCONSOLE_SMTP_HOST": "mail example"}, "SMTP_HOST"),
        ({"MODCONSOLE_SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        ({"MODCONSOLE_SMTP_PORT": "0"}, "SMTP_PORT"),
    ],
)
def test_bad_settings_of_mail_are_refused(change: dict[str, str], about: str) -> None:
    with pytest.raises(ConfigError, match=about):
        load_settings(MAIL | change)


def test_the_channels_are_those_that_are_set_and_no_secret_is_in_a_repr() -> None:
    assert load_settings({}).channels == ()
    both = load_settings(WEBHOOK | MAIL | {"MODCONSOLE_SMTP_PASSWORD": "hunter2"})
    assert both.channels == (Channel.WEBHOOK, Channel.EMAIL)
    for hidden in (SECRET, "hunter2", "https://site.example/hooks"):
        assert hidden not in repr(both)
