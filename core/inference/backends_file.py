"""backends.toml: the remote backends of a site, one `[[backend]]` table each.

Secrets are never in the file: it names the environment variables that hold them.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from core.errors import ConfigError
from core.inference.base import Activation
from core.moderation.languages import code_problem
from core.moderation.scores import Label

BUILT_IN = frozenset({"auto", "openvino", "onnx", "torch", "transformers", "fake", "none"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_S = 86_400.0
"""The longest time that the file may set, in seconds."""
LONGEST_MODEL = 200
"""In characters; each line of the serving log holds it."""
_KIND_WORDS = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """One backend of the file. `labels` maps each label of the console to one or more labels of the
    server; the highest of their scores is used. `label_order` names the entries of a server's bare
    list of scores. `secret_headers` and `key_env` hold names of environment variables. `options`
    are the keys that only this kind has. Comments in one of the `languages` are sent to it if the
    backend in force does not assess them."""

    name: str
    kind: str
    url: str
    model: str = ""
    labels: Mapping[Label, tuple[str, ...]] = field(default_factory=dict)
    label_order: tuple[str, ...] = ()
    activation: Activation | None = None
    key_env: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    connect_timeout_s: float = 3.0
    timeout_s: float = 10.0
    total_s: float = 20.0
    loading_s: float = 20.0
    attempts: int = 3
    concurrency: int = 4
    requests_per_minute: float | None = None
    batch_size: int | None = None
    max_bytes: int | None = None
    max_tokens: int = 0
    languages: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


Kinds = Mapping[str, Mapping[str, type]]


def read_file(path: Path, kinds: Kinds) -> Mapping[str, BackendConfig]:
    """The backends of a file by name. `kinds` maps each known kind to its options and their types.

    Raises ConfigError naming file, backend and key.
    """
    found: dict[str, BackendConfig] = {}
    for number, table in enumerate(_tables(path), start=1):
        config = _Table(f"{path}: backend {table.get('name', number)!r}", table).config(kinds)
        if config.name in found:
            raise ConfigError(f"{path}: two backends are called {config.name!r}")
        found[config.name] = config
    return found


def declared_names(path: Path) -> tuple[str, ...]:
    """The names the file gives to its backends, without checking the rest of it; empty if there is
    no file.

    Raises ConfigError when it can't be read.
    """
    try:
        is_there = path.exists()
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror})") from None
    return tuple(str(table.get("name")) for table in _tables(path)) if is_there else ()


def by_language(declared: Mapping[str, BackendConfig], in_force: str) -> dict[str, str]:
    """Languages with the name of the backend that is declared for them, without the one in force;
    the first one that is declared for a language has it."""
    found: dict[str, str] = {}
    for name, config in declared.items():
        for code in (config.languages or ()) if name != in_force else ():
            found.setdefault(code, name)
    return found


def _tables(path: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except (ValueError, RecursionError):
        # A number with thousands of digits, or lists nested thousands deep.
        raise ConfigError(f"{path} is not TOML that can be read") from None
    tables = content.pop("backend", [])
    if content or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        unknown = ", ".join(f"`{key}`" for key in content) or "`backend`"
        raise ConfigError(f"{path}: {unknown} is not a [[backend]] table")
    return tables


class _Table:
    """One table being read. `where` begins every error message."""

    def __init__(self, where: str, table: Mapping[str, Any]) -> None:
        self._where = where
        self._table = table

    def config(self, kinds: Kinds) -> BackendConfig:
        kind = self._text("kind")
        if kind not in kinds:
            self._refuse("kind", f"is {kind!r}; it can be {', '.join(sorted(kinds))}")
        values = {name: self._read(name) for name in _READERS if name in self._table}
        known = {f.name for f in fields(BackendConfig)} - {"options"}
        options = {key: value for key, value in self._table.items() if key not in known}
        for key, value in options.items():
            if key not in kinds[kind]:
                self._refuse(key, f"is not a key of kind {kind!r}")
            if type(value) is not kinds[kind][key]:
                self._refuse(key, f"must be {_KIND_WORDS[kinds[kind][key]]}")
        return BackendConfig(
            name=self._name(), kind=kind, url=self._url(), options=options, **values
        )

    def _read(self, name: str) -> Any:
        try:
            return _READERS[name](self._table[name])
        except ValueError as error:
            self._refuse(name, str(error))

    def _text(self, key: str) -> str:
        value = self._table.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse(key, "must be given, as text")
        return str(value)

    def _name(self) -> str:
        name = self._text("name")
        if not _NAME.fullmatch(name) or name in BUILT_IN:
            self._refuse(
                "name",
                "must be of a-z, 0-9, - _ and ., and not the name of a built-in",
            )
        return name

    def _url(self) -> str:
        url = self._text("url")
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:  # its message may quote a password
            self._refuse("url", "is not a valid address")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self._refuse("url", "must begin with http:// or https:// and name a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            self._refuse("url", "must hold no user, password or query: secrets go into key_env")
        return url

    def _refuse(self, key: str, problem: str) -> NoReturn:
        raise ConfigError(f"{self._where}: `{key}` {problem}")


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_S:
        raise ValueError("must be a number above 0, at most 86400")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        raise ValueError("must be a whole number above 0")
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be text without control characters")
    return value


def _model(value: Any) -> str:
    if len(model := _words(value)) > LONGEST_MODEL:
        raise ValueError(f"must be at most {LONGEST_MODEL} characters")
    return model


def _variable(value: Any) -> str:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        # The message does not repeat the value: it may be a secret put in the wrong place.
        raise ValueError("must be the name of an environment variable, never the secret")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    is_list = isinstance(texts, list) and bool(texts)
    if not is_list or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("must be a text or a list of texts")
    return tuple(texts)


def _labels(value: Any) -> dict[Label, tuple[str, ...]]:
    if not isinstance(value, dict) or not value or not value.keys() <= set(Label):
        raise ValueError(f"must map some of {', '.join(Label)} to labels of the server")
    return {label: _texts(value[label]) for label in Label if label in value}


def _languages(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise ValueError("must be a list of language codes")
    for code in value:
        if problem := code_problem(code):
            raise ValueError(f"is wrong: {problem}")
    return tuple(value)


def _table_of(read: Callable[[Any], str]) -> Callable[[Any], dict[str, str]]:
    def read_table(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ValueError("must be a table")
        return {str(name): read(item) for name, item in value.items()}

    return read_table


def _activation(value: Any) -> Activation:
    if value not in list(Activation):
        raise ValueError(f"is {value!r}; it can be {', '.join(Activation)}")
    return Activation(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "model": _model,
    "labels": _labels,
    "label_order": _texts,
    "activation": _activation,
    "key_env": _variable,
    "headers": _table_of(_words),
    "secret_headers": _table_of(_variable),
    "ca_file": _words,
    "connect_timeout_s": _seconds,
    "timeout_s": _seconds,
    "total_s": _seconds,
    "loading_s": _seconds,
    "attempts": _count,
    "concurrency": _count,
    "requests_per_minute": _seconds,
    "batch_size": _count,
    "max_bytes": _count,
    "max_tokens": _count,
    "languages": _languages,
}
