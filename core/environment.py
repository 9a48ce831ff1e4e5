"""The settings from the environment, and the environment for a child process with them."""

import os
from collections.abc import Mapping
from pathlib import Path

from core.config import CHOICES, Settings
from core.errors import ConfigError
from core.inference.backends_file import declared_names
from core.setting_checks import check_settings
from core.setting_help import SETTING_HELP
from core.setting_values import parse_value


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment that gives a child process these settings."""
    given = {name: text for name, text in os.environ.items() if not name.startswith("MODCONSOLE_")}
    return given | {
        f"MODCONSOLE_{name.upper()}": str(getattr(settings, name))
        for name in SETTING_HELP
        if getattr(settings, name) != getattr(Settings(), name)
    }


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from `MODCONSOLE_*`. Raises ConfigError for an unknown name or a bad value."""
    given = os.environ if environ is None else environ
    values: dict[str, str | int | float | Path] = {}
    for variable, text in given.items():
        if not variable.startswith("MODCONSOLE_"):
            continue
        name = variable.removeprefix("MODCONSOLE_").lower()
        if name not in SETTING_HELP:
            raise ConfigError(f"{variable} is not a setting; see docs/settings.md")
        values[name] = parse_value(variable, text, getattr(Settings(), name))
    settings = Settings(**values)  # type: ignore[arg-type]  # names and types checked above
    for name in CHOICES:
        value, choices = getattr(settings, name), _choices(settings, name)
        if choices is not None and value not in choices:
            raise ConfigError(
                f"MODCONSOLE_{name.upper()} is {value!r}; it can be {' or '.join(choices)}"
            )
    check_settings(settings)
    return settings


def _choices(settings: Settings, name: str) -> tuple[str, ...] | None:
    """The values a setting can have; None, so that any passes, if they depend on a backends file
    that can't be read. Making the backend then fails, while the console opens and shows why."""
    choices = tuple(CHOICES[name])
    if name not in ("backend", "fallback") or getattr(settings, name) in choices:
        return choices
    try:
        return (*choices, *declared_names(settings.backends_path))
    except ConfigError:
        return None


def environment_variable(name: str) -> str | None:
    """The value of any variable. The backends file names the variables that contain secrets."""
    return os.environ.get(name)
