"""Settings of one process, read from the environment once. The only reader of os.environ."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError

# Above any sensible count, days or seconds here, and low enough that no date overflows.
HIGHEST_NUMBER = 100_000
BACKENDS = ("onnx", "fake")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each field is the environment variable of the same name in
    capitals with `MODCONSOLE_` before it; docs/settings.md is made from these defaults.
    """

    home: Path = Path("var")
    dashboard_port: int = 8501
    author_port: int = 8502
    api_port: int = 8000
    backend: str = "onnx"
    appeal_window_days: int = 184
    hackernews_url: str = "https://hacker-news.firebaseio.com/v0"
    algolia_url: str = "https://hn.algolia.com/api/v1"
    hackernews_count: int = 200
    source_timeout_s: float = 3.0

    @property
    def state_path(self) -> Path:
        """The SQLite file of the state."""
        return self.home / "state.db"

    @property
    def serving_log_dir(self) -> Path:
        """Where each process keeps its own segment of the serving log."""
        return self.home / "serving-log"

    @property
    def author_url(self) -> str:
        """The public look-up's own address."""
        return f"http://127.0.0.1:{self.author_port}"


SETTING_HELP: dict[str, str] = {
    "home": "Folder for everything the console writes.",
    "dashboard_port": "Port of the staff console.",
    "author_port": "Port of the public look-up.",
    "api_port": "Port of the API.",
    "backend": "What scores comments: `onnx` (the shipped model) or `fake` (word list, for tests).",
    "appeal_window_days": "Days an author may appeal after a removal (DSA Art. 20: six months).",
    "hackernews_url": "Base address of the Hacker News Firebase API.",
    "algolia_url": "Base address of the Hacker News search API by Algolia.",
    "hackernews_count": "How many of the newest comments `modconsole up` brings in.",
    "source_timeout_s": "Seconds to wait for a source to connect or to send.",
}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `MODCONSOLE_*`; an unknown name or an unusable value is a ConfigError."""
    given = os.environ if environ is None else environ
    values: dict[str, str | int | float | Path] = {}
    for variable, text in given.items():
        if not variable.startswith("MODCONSOLE_"):
            continue
        name = variable.removeprefix("MODCONSOLE_").lower()
        if name not in SETTING_HELP:
            raise ConfigError(f"{variable} is not a setting; see docs/settings.md")
        values[name] = _parse(variable, text, getattr(Settings(), name))
    settings = Settings(**values)  # type: ignore[arg-type]  # names and types checked above
    if settings.backend not in BACKENDS:
        raise ConfigError(
            f"MODCONSOLE_BACKEND is {settings.backend!r}; it can be {' or '.join(BACKENDS)}"
        )
    return settings


def _parse(variable: str, text: str, default: str | int | float | Path) -> str | int | float | Path:
    if not text.strip():
        raise ConfigError(f"{variable} is empty; leave it out for the default")
    try:
        value = type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise ConfigError(f"{variable} is {text!r}, not {kind}") from None
    if isinstance(value, int | float) and not 0 < value <= HIGHEST_NUMBER:
        raise ConfigError(f"{variable} is {text!r}; it must be above 0, at most {HIGHEST_NUMBER}")
    if variable.endswith("_PORT") and not 1 <= int(str(value)) <= 65535:
        raise ConfigError(f"{variable} is {text!r}, not a port (1 to 65535)")
    return value
