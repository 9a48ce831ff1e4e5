"""Settings from the environment: each is parsed, and each bad value named."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from core.config import BACKENDS, CHOICES, Settings
from core.environment import load_settings
from core.errors import ConfigError
from core.inference.backends_file import BUILT_IN
from core.setting_help import SETTING_HELP

GOOD: dict[str, tuple[str, object]] = {
    "home": ("/srv/console", Path("/srv/console")),
    "state_url": ("postgresql://mod@db/console", "postgresql://mod@db/console"),
    "log": ("json", "json"),
    "log_store": ("s3://bucket/prefix", "s3://bucket/prefix"),
    "sign_in": ("oidc", "oidc"),
    "publish_alone": ("yes", "yes"),
    "oidc_issuer": ("https://login.example", "https://login.example"),
    "oidc_client_id": ("console", "console"),
    "oidc_client_secret": ("hunter2", "hunter2"),
    "oidc_name_claim": ("email", "email"),
    "oidc_role_claim": ("realm_access.roles", "realm_access.roles"),
    "oidc_scope": ("openid offline_access", "openid offline_access"),
    "staff_url": ("https://console.example", "https://console.example"),
    "dashboard_host": ("127.0.0.2", "127.0.0.2"),
    "dashboard_port": ("1", 1),
    "author_port": ("65535", 65_535),
    "author_host": ("0.0.0.0", "0.0.0.0"),
    "public_url": ("https://appeals.example.org", "https://appeals.example.org"),
    "api_port": ("9000", 9_000),
    "languages": ("en,de", "en,de"),
    "backend": ("fake", "fake"),
    "precision": ("bf16", "bf16"),
    "model": ("martin-ha/toxic-comment-model", "martin-ha/toxic-comment-model"),
    "activation": ("softmax", "softmax"),
    "labels": ("hate=identity_attack", "hate=identity_attack"),
    "torch_compile": ("yes", "yes"),
    "backends_file": ("/etc/backends.toml", Path("/etc/backends.toml")),
    "erasures_file": ("/mnt/e.jsonl", Path("/mnt/e.jsonl")),
    "fallback": ("onnx", "onnx"),
    "failure_policy": ("first_stage_only", "first_stage_only"),
    "rescore_s": ("5", 5.0),
    "grace_s": ("0", 0.0),
    "audit_share": ("0", 0.0),
    "blind_share": ("0.5", 0.5),
    "second_look_share": ("0", 0.0),
    "author_language": ("de", "de"),
    "appeal_window_days": ("20", 20),
    "appeal_answer_days": ("3", 3),
    "review_hours": ("8", 8),
    "retention_days": ("365", 365),
    "retention_addresses_days": ("60", 60),
    "retention_reports_days": ("90", 90),
    "rules_url": ("https://example.org/rules#{reason}", "https://example.org/rules#{reason}"),
    "tell_reporters": ("yes", "yes"),
    "mail_authors": ("yes", "yes"),
    "site_name": ("The Nook & Cranny", "The Nook & Cranny"),
    "contact": ("mods@example.org", "mods@example.org"),
    "quiet_hours": ("22-7", "22-7"),
    "time_zone": ("Europe/Berlin", "Europe/Berlin"),
    "webhook_url": ("https://site.example/hooks", "https://site.example/hooks"),
    "webhook_secret": (f"whsec_{'A' * 32}", f"whsec_{'A' * 32}"),
    "smtp_host": ("mail.example", "mail.example"),
    "smtp_port": ("465", 465),
    "smtp_security": ("tls", "tls"),
    "smtp_user": ("console", "console"),
    "smtp_password": ("hunter2", "hunter2"),
    "smtp_from": ("console@site.example", "console@site.example"),
    "smtp_to": ("moderation@site.example", "moderation@site.example"),
    "hackernews_url": ("http://127.0.0.1:1/v0", "http://127.0.0.1:1/v0"),
    "algolia_url": ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
    "hackernews_count": ("5", 5),
    "source_timeout_s": ("0.25", 0.25),
    "api_host": ("0.0.0.0", "0.0.0.0"),
    "api_wait_ms": ("250", 250.0),
    "api_drain_s": ("5", 5.0),
    "api_key_rate": ("0.5", 0.5),
    "api_key_burst": ("7", 7),
    "batch_tokens": ("512", 512),
    "batch_wait_ms": ("0.5", 0.5),
    "batch_concurrency": ("3", 3),
    "replicas": ("2", 2),
    "replicas_max": ("4", 4),
    "replica_requests": ("16", 16),
    "cache_size": ("0", 0),
    "read_chars": ("2000", 2_000),
    "cascade": ("on", "on"),
    "cascade_missed_share": ("0.05", 0.05),
    "cascade_audit_share": ("0.5", 0.5),
}


# A channel is refused without these.
NEEDED = {
    "tell_reporters": ("webhook_url", "webhook_secret"),
    "webhook_url": ("webhook_secret",),
    "smtp_host": ("smtp_from", "smtp_to"),
    "mail_authors": ("smtp_host", "smtp_from", "smtp_to"),
    "sign_in": ("oidc_issuer", "oidc_client_id"),
    "staff_url": ("sign_in", "oidc_issuer", "oidc_client_id"),
}


def test_every_setting_is_tested_and_described() -> None:
    names = {field.name for field in fields(Settings)}
    assert names == set(GOOD) == set(SETTING_HELP)


def test_nothing_set_gives_the_defaults() -> None:
    assert load_settings({}) == Settings()
    assert load_settings({"PATH": "/bin", "HOME": "/root"}) == Settings()


@pytest.mark.parametrize(("name", "given", "expected"), [(n, *v) for n, v in GOOD.items()])
def test_setting_is_read_from_its_variable(name: str, given: str, expected: object) -> None:
    needed = {each: GOOD[each][0] for each in NEEDED.get(name, ())}
    written = {f"MODCONSOLE_{each.upper()}": text for each, text in needed.items()}
    settings = load_settings(written | {f"MODCONSOLE_{name.upper()}": given})
    assert getattr(settings, name) == expected
    others = {field.name for field in fields(Settings)} - {name, *needed}
    assert all(getattr(settings, other) == getattr(Settings(), other) for other in others)


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("DASHBOARD_PORT", "0", "no port"),
        ("DASHBOARD_PORT", "65536", "beyond the last port"),
        ("AUTHOR_PORT", "http", "a word"),
        ("API_PORT", "", "empty"),
        ("API_PORT", "8000.5", "half a port"),
        ("API_PORT", "-1", "negative"),
        ("BACKEND", "gpt", "not a backend"),
        ("BACKEND", "", "empty"),
        ("PRECISION", "int4", "not a precision"),
        ("ACTIVATION", "relu", "not an activation"),
        ("TORCH_COMPILE", "1", "neither yes nor no"),
        ("FALLBACK", "gpt", "not a backend"),
        ("LOG", "yaml", "not a form of log"),
        ("PUBLIC_URL", "appeals.example.org", "a name without http or https"),
        ("PUBLIC_URL", "https://example.org/appeals", "a path, which the pages don't answer"),
        ("PUBLIC_URL", "https://example.org:8502; img-src *", "a header of its own"),
        ("TELL_REPORTERS", "yes", "no webhook that carries it"),
        ("SITE_NAME", "The\nNook", "two lines"),
        ("SITE_NAME", "x" * 81, "too long for a line"),
        ("CONTACT", "mods", "neither a mail address nor a page"),
        ("CONTACT", "mods@example.org, boss@example.org", "two of them"),
        ("CONTACT", "javascript:alert(1)", "no web page"),
        ("QUIET_HOURS", "22", "one hour"),
        ("QUIET_HOURS", "7-24", "a day has no hour 24"),
        ("QUIET_HOURS", "7-7", "all day or never"),
        ("TIME_ZONE", "Mars", "no zone"),
        ("TIME_ZONE", "../../etc/passwd", "a path"),
        ("RULES_URL", "example.org/rules", "without http or https"),
        ("RULES_URL", "https://", "no name"),
        ("RULES_URL", "https://sam@example.org/rules", "the name of a person"),
        ("RULES_URL", "https://example.org/the rules", "a space"),
        ("RULES_URL", f"https://example.org/{'x' * 300}", "too long for a statement"),
        ("FAILURE_POLICY", "remove", "removes what nobody looked at"),
        ("RESCORE_S", "0", "no pause at all"),
        ("GRACE_S", "-1", "before the press"),
        ("GRACE_S", "301", "over the five minutes that it may be"),
        ("APPEAL_WINDOW_DAYS", "0", "no window at all"),
        ("APPEAL_WINDOW_DAYS", "six months", "words"),
        ("HACKERNEWS_COUNT", "1e3", "not written as a whole number"),
        ("HACKERNEWS_COUNT", "-5", "negative"),
        ("SOURCE_TIMEOUT_S", "fast", "a word"),
        ("SOURCE_TIMEOUT_S", "0", "no time at all"),
        ("SOURCE_TIMEOUT_S", "-1", "negative"),
        ("CACHE_SIZE", "-1", "fewer than none"),
        ("CASCADE", "maybe", "neither on nor off"),
        ("CASCADE_MISSED_SHARE", "0", "a promise no data can show"),
        ("CASCADE_MISSED_SHARE", "1", "all may be missed"),
        ("AUDIT_SHARE", "1", "all would be blind, none drawn"),
        ("BLIND_SHARE", "-0.1", "less than none"),
        ("CASCADE_AUDIT_SHARE", "2", "percent, not a share"),
    ],
)
def test_unusable_value_is_refused_by_name(name: str, given: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"MODCONSOLE_{name} is"):
        load_settings({f"MODCONSOLE_{name}": given})


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("SOURCE_TIMEOUT_S", "nan", "no number"),
        ("SOURCE_TIMEOUT_S", "inf", "for ever"),
        ("HOME", "", "empty: it would write into the current folder"),
        ("HACKERNEWS_URL", "", "empty"),
        ("APPEAL_WINDOW_DAYS", "10000000", "past the end of the calendar: every look-up raises"),
    ],
)
def test_value_that_breaks_later_is_refused_at_the_start(name: str, given: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"MODCONSOLE_{name} is"):
        load_settings({f"MODCONSOLE_{name}": given})


def test_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="MODCONSOLE_HOEM is not a setting"):
        load_settings({"MODCONSOLE_HOEM": "/srv"})


def test_backend_message_lists_the_choices() -> None:
    with pytest.raises(ConfigError) as refusal:
        load_settings({"MODCONSOLE_BACKEND": "gpt"})
    assert all(name in str(refusal.value) for name in BACKENDS)


@pytest.mark.parametrize("name", ["backend", "fallback"])
def test_declared_backend_may_be_named_and_is_among_the_choices(tmp_path: Path, name: str) -> None:
    (tmp_path / "backends.toml").write_text('[[backend]]\nname = "gpu"\n')
    given = {"MODCONSOLE_HOME": str(tmp_path), f"MODCONSOLE_{name.upper()}": "gpu"}
    assert getattr(load_settings(given), name) == "gpu"
    with pytest.raises(ConfigError, match=r"is 'cpu'; it can be .* or gpu"):
        load_settings(given | {f"MODCONSOLE_{name.upper()}": "cpu"})
    elsewhere = given | {"MODCONSOLE_BACKENDS_FILE": str(tmp_path / "other.toml")}
    with pytest.raises(ConfigError, match="is 'gpu'"):
        load_settings(elsewhere)


@pytest.mark.parametrize("name", ["backend", "fallback"])
def test_file_of_backends_that_is_broken_does_not_stop_the_settings(
    tmp_path: Path, name: str
) -> None:
    """Creating the backend raises the error; the console still opens and shows it."""
    (tmp_path / "backends.toml").write_text("[[backend\n")
    given = {"MODCONSOLE_HOME": str(tmp_path), f"MODCONSOLE_{name.upper()}": "gpu"}
    assert getattr(load_settings(given), name) == "gpu"


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().api_port = 1  # type: ignore[misc]


def test_places_follow_from_home_and_port() -> None:
    settings = Settings(home=Path("/srv"), author_port=9)
    assert settings.state_path == Path("/srv/state.db")
    assert settings.serving_log_dir == Path("/srv/serving-log")
    assert settings.author_url == "http://127.0.0.1:9"
    assert Settings(public_url="https://a.org", author_port=9).author_url == "https://a.org"


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_API_PORT", "1234")
    assert load_settings().api_port == 1234


def test_a_declared_backend_can_not_take_the_name_of_a_built_in_one() -> None:
    assert frozenset(CHOICES["fallback"]) == BUILT_IN


@pytest.mark.parametrize("name", [one.name for one in fields(Settings) if one.default == 0])
def test_a_default_of_none_can_be_said(name: str) -> None:
    assert getattr(load_settings({f"MODCONSOLE_{name.upper()}": "0"}), name) == 0
