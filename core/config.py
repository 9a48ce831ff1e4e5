"""The settings of a process, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from core.inference.backends_file import declared_names
from core.inference.local.speed_file import draft_path, lock_path
from core.inference.windows import READ_CHARS
from core.moderation.languages import code_problem

# Above any sensible number of rows, days or seconds, and low enough that no date overflows.
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
    """All settings. A field is set by the environment variable `MODCONSOLE_` plus its name in
    capitals. docs/settings.md is generated from these defaults and SETTING_HELP.
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
    read_chars: int = READ_CHARS
    backends_file: Path = Path("backends.toml")
    fallback: str = "none"
    failure_policy: str = "hold"
    languages: str = "en"
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
    def language_codes(self) -> tuple[str, ...]:
        """The languages that the site expects."""
        return tuple(code.strip() for code in self.languages.split(","))

    @property
    def state_path(self) -> Path:
        """The SQLite file with the state."""
        return self.home / "state.db"

    @property
    def serving_log_dir(self) -> Path:
        """The folder of the serving log; each process writes its own file there."""
        return self.home / "serving-log"

    @property
    def api_keys_dir(self) -> Path:
        """The folder of the API's keys, stored as digests."""
        return self.home / "api-keys"

    @property
    def logs_dir(self) -> Path:
        """The folder of the servers' output."""
        return self.home / "logs"

    @property
    def calibration_path(self) -> Path:
        """The cascade's calibration on this site's comments."""
        return self.home / "cascade.json"

    @property
    def runtimes_path(self) -> Path:
        """How fast this machine scores with each runtime."""
        return self.home / "runtimes.json"

    @property
    def jobs_path(self) -> Path:
        """The file that declares the jobs of `modconsole schedule`."""
        return self.home / "jobs.toml"

    @property
    def jobs_dir(self) -> Path:
        """The folder with the history of the jobs."""
        return self.home / "jobs"

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """Everything that the console creates in its home."""
        return (
            self.state_path,
            self.serving_log_dir,
            self.api_keys_dir,
            self.logs_dir,
            self.calibration_path,
            self.runtimes_path,
            lock_path(self.runtimes_path),
            draft_path(self.runtimes_path),
            self.jobs_dir,
        )

    @property
    def backends_path(self) -> Path:
        """The file that declares remote backends."""
        return self.home / self.backends_file

    @property
    def author_url(self) -> str:
        """The address of the public look-up."""
        return f"http://127.0.0.1:{self.author_port}"


SETTING_HELP: dict[str, str] = {
    "home": "Folder for everything the console writes; it is closed to other accounts. Its path "
    "may have up to 495 bytes, with any characters.",
    "dashboard_port": "Port of the staff console.",
    "author_port": "Port of the public look-up.",
    "api_port": "Port of the API.",
    "backend": "What scores comments: `auto` (of `openvino`, `onnx` and `torch` the fastest here "
    "whose scores count as those in fp32), one of these three, `transformers` (any Hugging Face "
    "text classifier), `fake` (a word list, for tests), or a name from the backends file. What "
    "`auto` leaves open is measured once, in a few seconds, by the first process that scores, and "
    "again after a change of processor, model or runtime. The result is in `runtimes.json` in the "
    "home folder, and `modconsole doctor` shows it; delete the file to measure again.",
    "precision": "`int8`, `bf16` or `fp32`, if the backend supports it; `auto` is the fastest "
    "that was measured.",
    "model": "`shipped`, a folder made by `modconsole train`, or, for `transformers`, a Hugging "
    "Face id or folder.",
    "activation": "How the outputs of a Hugging Face model become scores: `softmax`, `sigmoid` or "
    "`none`; `auto` reads it from the model's configuration.",
    "labels": "What the labels of a Hugging Face model mean, e.g. "
    "`hate=identity_attack,rude=insult`; `auto` knows the usual names.",
    "torch_compile": "`yes` compiles the network with torch.compile: a slower start, then faster.",
    "read_chars": "How many characters of a comment are read, if it is ordinary English: the limit "
    "on what a long comment costs. Text with more tokens to a character (Chinese, emoji) reaches "
    "it sooner. A comment that is not read to its end is held for a person, or removed because of "
    "the part that was read; it is never approved.",
    "backends_file": "The file that declares remote backends; relative to the home folder, or "
    "absolute.",
    "fallback": "What scores comments if the backend does not answer: `none`, or any value that "
    "`backend` can have.",
    "failure_policy": "What happens to a comment if no backend answers: `hold` it for a person, "
    "`approve` it, or `first_stage_only`: approve what the cascade's first stage clears and hold "
    "the rest. It is scored once a backend answers again.",
    "languages": "The languages that the site expects, as codes of ISO 639: `en,de`. Where a short "
    "comment could be in several, one of these is taken; `modconsole doctor` and the page "
    "*Backends* say which of them nothing assesses. A comment in such a language is held for a "
    "person, unless the policy approves it or a backend in the backends file lists the language: "
    '`languages = ["de"]`.',
    "rescore_s": "Seconds between two checks for comments that are to be scored once a backend "
    "answers again.",
    "appeal_window_days": "Days after a removal in which its author can appeal (DSA Art. 20: six "
    "months).",
    "hackernews_url": "Base address of the Hacker News Firebase API.",
    "algolia_url": "Base address of the Hacker News search API by Algolia.",
    "hackernews_count": "How many of the newest Hacker News comments `modconsole up` ingests.",
    "source_timeout_s": "Seconds to wait for a source to connect or to send data.",
    "api_host": "Address the API listens on; an address other than this machine's loopback needs "
    "API keys.",
    "api_wait_ms": "Longest expected wait for scoring; above it the API answers 429.",
    "api_drain_s": "Most seconds that a stopping API takes to finish the requests it accepted.",
    "api_key_rate": "Requests a second that an API key may send on average.",
    "api_key_burst": "Requests that an API key may send at once.",
    "batch_tokens": "About how many tokens the API scores in one batch.",
    "batch_wait_ms": "Longest time a text waits for its batch to fill while another batch is being "
    "scored.",
    "batch_concurrency": "How many batches the API scores at the same time.",
    "replicas": "Processes of the API under `modconsole serve --engine ray`. Each has its own "
    "batches, cache and limits of API keys.",
    "replicas_max": "If higher than MODCONSOLE_REPLICAS, processes are started and stopped with "
    "the load, up to this many.",
    "replica_requests": "Target number of requests in progress in one process; above it another "
    "process is started.",
    "cache_size": "How many results of a local model a process keeps, so that no text is scored "
    "twice; 0 keeps none.",
    "cascade": "`on`: a first stage clears what is clearly fine, once `modconsole cascade "
    "calibrate` has proved how many flags it may miss.",
    "cascade_missed_share": "Largest share of the full model's flags that the cascade may miss "
    "(95 % upper bound).",
    "cascade_audit_share": "Share of the comments cleared by the first stage that the full model "
    "scores as a check.",
}


def environment_variable(name: str) -> str | None:
    """The value of any variable. The backends file names the variables that contain secrets."""
    return os.environ.get(name)


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
        values[name] = _parse(variable, text, getattr(Settings(), name))
    settings = Settings(**values)  # type: ignore[arg-type]  # names and types checked above
    for name in CHOICES:
        value, choices = getattr(settings, name), _choices(settings, name)
        if choices is not None and value not in choices:
            raise ConfigError(
                f"MODCONSOLE_{name.upper()} is {value!r}; it can be {' or '.join(choices)}"
            )
    for code in settings.language_codes:
        if problem := code_problem(code):
            raise ConfigError(f"MODCONSOLE_LANGUAGES: {problem}")
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
