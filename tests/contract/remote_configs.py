"""One [[backend]] table for each kind, for the stub server that supports all of them."""

from pathlib import Path
from typing import Any

from core.clock import Clock, system_clock
from core.inference.backends_file import BackendConfig
from core.inference.remote.backend import RemoteBackend
from core.inference.remote.kinds import make_remote_backend, read_backends
from core.moderation.scores import Label
from tests.contract.remote_server import KEY, NAMES, OPENAI

LABELS = {str(label): name for name, label in NAMES.items()}
ORDER = list(NAMES)
TABLES: dict[str, dict[str, Any]] = {
    "openai": {
        "model": "omni-moderation-latest",
        "labels": {str(NAMES[own]): name for name, own in OPENAI.items()},
    },
    "hf_router": {"model": "unitary/toxic-bert", "labels": LABELS},
    "hf_endpoint": {"labels": LABELS},
    "tei": {"model": "unitary/toxic-bert", "labels": LABELS},
    "oip": {"model": "toxic", "labels": LABELS, "label_order": ORDER},
    "vllm": {"model": "toxic", "labels": LABELS, "label_order": ORDER},
    "infinity": {"model": "toxic", "labels": LABELS},
    "mlflow": {"labels": LABELS},
    "perspective": {
        "labels": {
            str(Label.TOXICITY): "TOXICITY",
            str(Label.OBSCENE): "PROFANITY",
            str(Label.THREAT): "THREAT",
            str(Label.INSULT): "INSULT",
            str(Label.IDENTITY_ATTACK): "IDENTITY_ATTACK",
        }
    },
    "guard": {"model": "llama-guard-3-8b"},
    "json": {
        "labels": LABELS,
        "headers": {"X-Site": "forum"},
        "request": {"payload": {"comments": "{texts}"}},
        "results": "data.results",
        "scores": "found",
    },
    "console": {"labels": {str(label): str(label) for label in NAMES.values()}},
}


def declare(home: Path, **backends: dict[str, Any]) -> None:
    """Backends by their names and kinds, in the file of a home."""
    tables = [
        {"name": name, "key_env": "TEST_KEY", **TABLES[table["kind"]], **table}
        for name, table in backends.items()
    ]
    (home / "backends.toml").write_text(toml_of(tables))


def toml_of(tables: list[dict[str, Any]]) -> str:
    """The tables as TOML text, as a site would write them."""
    lines: list[str] = []
    for table in tables:
        lines.append("[[backend]]")
        lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inner = ", ".join(f'"{key}" = {_value(item)}' for key, item in value.items())
        return "{ " + inner + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def config_of(folder: Path, url: str, kind: str, **more: Any) -> BackendConfig:
    """The kind's table, read from a file like a site's; a None in `more` removes a key."""
    table = {
        "name": f"my-{kind.replace('_', '-')}",
        "kind": kind,
        "url": f"{url}/{kind}",
        "key_env": "TEST_KEY",
        **TABLES[kind],
        **more,
    }
    path = folder / "backends.toml"
    path.write_text(toml_of([{k: v for k, v in table.items() if v is not None}]))
    (config,) = read_backends(path).values()
    return config


def open_remote(config: BackendConfig, clock: Clock | None = None, **more: Any) -> RemoteBackend:
    """The backend, with the environment variable of its key set."""
    return make_remote_backend(config, clock or system_clock(), {"TEST_KEY": KEY}.get, **more)
