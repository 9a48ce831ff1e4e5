"""Settings from the environment: each one parsed, each bad value named."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from core.config import BACKENDS, SETTING_HELP, Settings, load_settings
from core.errors import ConfigError

GOOD: dict[str, tuple[str, object]] = {
    "home": ("/srv/console", Path("/srv/console")),
    "dashboard_port": ("1", 1),
    "author_port": ("65535", 65_535),
    "api_port": ("9000", 9_000),
    "backend": ("fake", "fake"),
    "appeal_window_days": ("20", 20),
    "hackernews_url": ("http://127.0.0.1:1/v0", "http://127.0.0.1:1/v0"),
    "algolia_url": ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
    "hackernews_count": ("5", 5),
    "source_timeout_s": ("0.25", 0.25),
}


def test_every_setting_is_tested_and_described() -> None:
    names = {field.name for field in fields(Settings)}
    assert names == set(GOOD) == set(SETTING_HELP)


def test_nothing_set_gives_the_defaults() -> None:
    assert load_settings({}) == Settings()
    assert load_settings({"PATH": "/bin", "HOME": "/root"}) == Settings()


@pytest.mark.parametrize(("name", "given", "expected"), [(n, *v) for n, v in GOOD.items()])
def test_setting_is_read_from_its_variable(name: str, given: str, expected: object) -> None:
    settings = load_settings({f"MODCONSOLE_{name.upper()}": given})
    assert getattr(settings, name) == expected
    others = {field.name for field in fields(Settings)} - {name}
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
        ("APPEAL_WINDOW_DAYS", "0", "no window at all"),
        ("APPEAL_WINDOW_DAYS", "six months", "words"),
        ("HACKERNEWS_COUNT", "1e3", "not written as a whole number"),
        ("HACKERNEWS_COUNT", "-5", "negative"),
        ("SOURCE_TIMEOUT_S", "fast", "a word"),
        ("SOURCE_TIMEOUT_S", "0", "no time at all"),
        ("SOURCE_TIMEOUT_S", "-1", "negative"),
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


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().api_port = 1  # type: ignore[misc]


def test_places_follow_from_home_and_port() -> None:
    settings = Settings(home=Path("/srv"), author_port=9)
    assert settings.state_path == Path("/srv/state.db")
    assert settings.serving_log_dir == Path("/srv/serving-log")
    assert settings.author_url == "http://127.0.0.1:9"


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_API_PORT", "1234")
    assert load_settings().api_port == 1234
