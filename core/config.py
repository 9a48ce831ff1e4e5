"""Settings of one process, read from the environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from core.inference.backends_file import declared_names

# Above any sensible count, days or seconds here, and low enough that no date overflows.
HIGHEST_NUMBER = 100_000
_MAY_BE_ZERO = ("MODCONSOLE_CACHE_SIZE",)
BACKENDS = ("auto", "openvino", "onnx", "torch", "transformers", "fake")
CHOICES = {
    "backend": BACKENDS,
    "precision": ("auto", "int8", "bf16", "fp32"),
    "activation": ("auto", "sigmoid", "softmax", "none"),
    "torch_compile": ("no", "yes"),
    "cascade": ("off", "on"),
    "fallback": ("none", *BACKENDS),
    "failure_policy": ("hold", "approve", "first_stage_only"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each field is the environment variable of the same name in
    capitals with `MODCONSOLE_` before it; docs/settings.md is made from these defaults.
    """

    home: Path = Path("var")
    dashboard_port: int = 8501
    author_port: int = 8502
    api_port: int = 8000
    backend: str = "auto"
    precision: str = "auto"
    model: str = "shipped"
    activation: str = "auto"
    labels: str = "auto"
    torch_compile: str = "no"
    backends_file: Path = Path("backends.toml")
    fallback: str = "none"
    failure_policy: str = "hold"
    rescore_s: float = 30.0
    appeal_window_days: int = 184
    hackernews_url: str = "https://hacker-news.firebaseio.com/v0"
    algolia_url: str = "https://hn.algolia.com/api/v1"
    hackernews_count: int = 200
    source_timeout_s: float = 3.0
    api_host: str = "127.0.0.1"
    api_wait_ms: float = 500.0
    api_drain_s: float = 10.0
    api_key_rate: float = 1_000.0
    api_key_burst: int = 2_000
    batch_tokens: int = 1_024
    batch_wait_ms: float = 2.0
    batch_concurrency: int = 2
    replicas: int = 1
    replicas_max: int = 1
    replica_requests: int = 32
    cache_size: int = 20_000
    cascade: str = "off"
    cascade_missed_share: float = 0.01
    cascade_audit_share: float = 0.02

    @property
    def state_path(self) -> Path:
        """The SQLite file of the state."""
        return self.home / "state.db"

    @property
    def serving_log_dir(self) -> Path:
        """Where each process keeps its own segment of the serving log."""
        return self.home / "serving-log"

    @property
    def api_keys_dir(self) -> Path:
        """Where the API's keys are kept, as digests."""
        return self.home / "api-keys"

    @property
    def logs_dir(self) -> Path:
        """What the servers of the console print."""
        return self.home / "logs"

    @property
    def calibration_path(self) -> Path:
        """What was shown about the cascade on this site's comments."""
        return self.home / "cascade.json"

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """What the console itself makes in its home."""
        return (
            self.state_path,
            self.serving_log_dir,
            self.api_keys_dir,
            self.logs_dir,
            self.calibration_path,
        )

    @property
    def backends_path(self) -> Path:
        """The file that declares remote backends."""
        return self.home / self.backends_file

    @property
    def author_url(self) -> str:
        """The public look-up's own address."""
        return f"http://127.0.0.1:{self.author_port}"


SETTING_HELP: dict[str, str] = {
    "home": "Folder for everything the console writes, which only this account may enter. Up to "
    "495 bytes long, any characters.",
    "dashboard_port": "Port of the staff console.",
    "author_port": "Port of the public look-up.",
    "api_port": "Port of the API.",
    "backend": "What scores comments: `auto` (the fastest that is installed of `openvino`, `onnx` "
    "and `torch`), one of these, `transformers` (any Hugging Face text classifier), `fake` (word "
    "list, for tests), or a name from the backends file.",
    "precision": "`int8`, `bf16` or `fp32`, where the backend has it; `auto` is its fastest.",
    "model": "`shipped`, a folder made by `modconsole train`, or, for `transformers`, a Hugging "
    "Face id or folder.",
    "activation": "How the outputs of a Hugging Face model become scores: `softmax`, `sigmoid` or "
    "`none`; `auto` asks the model.",
    "labels": "What the labels of a Hugging Face model mean, e.g. "
    "`hate=identity_attack,rude=insult`; `auto` knows the usual names.",
    "torch_compile": "`yes` hands the network to torch.compile: slower to start, faster after.",
    "backends_file": "Where remote backends are declared; a path within the home folder unless it "
    "is absolute.",
    "fallback": "What scores when the backend does not answer: `none`, or anything that `backend` "
    "can be.",
    "failure_policy": "What becomes of a comment when no backend answers: `hold` it for a person, "
    "`approve` it, or `first_stage_only`: approve what the cascade's first stage clears and hold "
    "the rest. It is scored once a backend answers again.",
    "rescore_s": "Seconds between two looks for comments that wait for a backend to answer again.",
    "appeal_window_days": "Days an author may appeal after a removal (DSA Art. 20: six months).",
    "hackernews_url": "Base address of the Hacker News Firebase API.",
    "algolia_url": "Base address of the Hacker News search API by Algolia.",
    "hackernews_count": "How many of the newest comments `modconsole up` brings in.",
    "source_timeout_s": "Seconds to wait for a source to connect or to send.",
    "api_host": "Address the API listens on; any but this machine's own needs API keys.",
    "api_wait_ms": "Longest expected wait to be scored; with more, a request is answered 429.",
    "api_drain_s": "Seconds a stopping API takes at most to finish what it has let in.",
    "api_key_rate": "Requests a second an API key may send on average.",
    "api_key_burst": "Requests an API key may send at once.",
    "batch_tokens": "Tokens, about, that the API scores together.",
    "batch_wait_ms": "Longest wait for company while other texts are being scored anyway.",
    "batch_concurrency": "Batches the API scores at once.",
    "replicas": "Processes of the API under `modconsole serve --engine ray`. Batches, the cache "
    "and the limits of a key are each one's own.",
    "replicas_max": "With more than MODCONSOLE_REPLICAS, processes are started and stopped by "
    "load, up to that many.",
    "replica_requests": "Requests under way that a process is meant to have; with more, another is "
    "started.",
    "cache_size": "How many results of a model of its own a process keeps, to score no text "
    "twice; 0 keeps none.",
    "cascade": "`on` lets a first stage clear what is clearly fine, once `modconsole cascade "
    "calibrate` has shown what it may miss.",
    "cascade_missed_share": "Share of the full model's flags the cascade may miss at most (upper "
    "bound, 95 %).",
    "cascade_audit_share": "Share of the comments it would clear that the full model scores too.",
}


def environment_variable(name: str) -> str | None:
    """The value of any variable: a file of settings names those that hold secrets."""
    return os.environ.get(name)


def environment_for(settings: Settings) -> dict[str, str]:
    """The environment in which a child process has these settings."""
    given = {name: text for name, text in os.environ.items() if not name.startswith("MODCONSOLE_")}
    return given | {
        f"MODCONSOLE_{name.upper()}": str(getattr(settings, name))
        for name in SETTING_HELP
        if getattr(settings, name) != getattr(Settings(), name)
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
    for name in CHOICES:
        value, choices = getattr(settings, name), _choices(settings, name)
        if choices is not None and value not in choices:
            raise ConfigError(
                f"MODCONSOLE_{name.upper()} is {value!r}; it can be {' or '.join(choices)}"
            )
    return settings


def _choices(settings: Settings, name: str) -> tuple[str, ...] | None:
    """What the setting can be; None where the backends file that says so can't be read. That stops
    who needs the backend, and not the console, which shows it."""
    choices = tuple(CHOICES[name])
    if name not in ("backend", "fallback") or getattr(settings, name) in choices:
        return choices
    try:
        return (*choices, *declared_names(settings.backends_path))
    except ConfigError:
        return None


def _parse(variable: str, text: str, default: str | int | float | Path) -> str | int | float | Path:
    if not text.strip():
        raise ConfigError(f"{variable} is empty; leave it out for the default")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ConfigError(f"{variable} is {text!r}, which is not UTF-8") from None
    try:
        value = type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise ConfigError(f"{variable} is {text!r}, not {kind}") from None
    if value == 0 and variable in _MAY_BE_ZERO:
        return value
    if isinstance(value, int | float) and not 0 < value <= HIGHEST_NUMBER:
        raise ConfigError(f"{variable} is {text!r}; it must be above 0, at most {HIGHEST_NUMBER}")
    if variable.endswith("_SHARE") and not float(str(value)) < 1:
        raise ConfigError(f"{variable} is {text!r}, not a share; it must be below 1")
    if variable.endswith("_PORT") and not 1 <= int(str(value)) <= 65535:
        raise ConfigError(f"{variable} is {text!r}, not a port (1 to 65535)")
    return value
