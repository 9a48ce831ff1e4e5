"""The settings of a process."""

from dataclasses import dataclass, field
from pathlib import Path

from core.home_paths import HomePaths
from core.inference.windows import READ_CHARS
from core.moderation.appeals import ANSWER_DAYS
from core.moderation.erasure import KEPT_FOR_EVER, RetentionDays
from core.moderation.languages import ENGLISH
from core.moderation.outbox import Channel
from core.moderation.response_times import REVIEW_HOURS
from core.setting_values import LOOPBACK_URL, NOT_SET
from core.texts.texts import LANGUAGES

STATE_IN_HOME = "sqlite"
LOG_STORE_NONE = "none"
SECRETS = frozenset(
    (
        *("state_url", "webhook_url", "webhook_secret", "smtp_user", "smtp_password"),
        "oidc_client_secret",
    )
)
"""Settings whose values are shown nowhere."""
BACKENDS = ("auto", "openvino", "onnx", "torch", "transformers", "fake")
CHOICES = {
    "log": ("text", "json"),
    "sign_in": ("demo", "oidc"),
    "backend": BACKENDS,
    "precision": ("auto", "int8", "bf16", "fp32"),
    "activation": ("auto", "sigmoid", "softmax", "none"),
    "torch_compile": ("no", "yes"),
    "cascade": ("off", "on"),
    "publish_alone": ("no", "yes"),
    "tell_reporters": ("no", "yes"),
    "mail_authors": ("no", "yes"),
    "fallback": ("none", *BACKENDS),
    "author_language": LANGUAGES,
    "failure_policy": ("hold", "approve", "first_stage_only"),
    "smtp_security": ("starttls", "tls", "none"),
}


@dataclass(frozen=True, slots=True)
class Settings(HomePaths):
    """All settings. A field is set by the environment variable `MODCONSOLE_` plus its name in
    capitals. docs/settings.md is generated from these defaults and SETTING_HELP.
    """

    home: Path = Path("var")
    # Not in a repr: it may hold a password.
    state_url: str = field(default=STATE_IN_HOME, repr=False)
    log: str = "text"
    log_store: str = LOG_STORE_NONE
    sign_in: str = "demo"
    publish_alone: str = "no"
    oidc_issuer: str = NOT_SET
    oidc_client_id: str = NOT_SET
    oidc_client_secret: str = field(default=NOT_SET, repr=False)
    oidc_name_claim: str = "preferred_username"
    oidc_role_claim: str = "roles"
    oidc_scope: str = "openid profile email"
    staff_url: str = LOOPBACK_URL
    dashboard_host: str = "127.0.0.1"
    dashboard_port: int = 8501
    author_port: int = 8502
    author_host: str = "127.0.0.1"
    public_url: str = LOOPBACK_URL
    api_port: int = 8000
    backend: str = "auto"
    precision: str = "auto"
    model: str = "shipped"
    activation: str = "auto"
    labels: str = "auto"
    torch_compile: str = "no"
    read_chars: int = READ_CHARS
    backends_file: Path = Path("backends.toml")
    erasures_file: Path = Path("erasures.jsonl")
    fallback: str = "none"
    failure_policy: str = "hold"
    languages: str = "en"
    rescore_s: float = 30.0
    audit_share: float = 0.01
    blind_share: float = 0.1
    second_look_share: float = 0.05
    grace_s: float = 15.0
    author_language: str = ENGLISH
    appeal_window_days: int = 184
    appeal_answer_days: int = ANSWER_DAYS
    review_hours: int = REVIEW_HOURS
    retention_days: int = KEPT_FOR_EVER
    retention_addresses_days: int = KEPT_FOR_EVER
    retention_reports_days: int = KEPT_FOR_EVER
    rules_url: str = NOT_SET
    site_name: str = NOT_SET
    contact: str = NOT_SET
    time_zone: str = "UTC"
    quiet_hours: str = NOT_SET
    # These may hold keys and passwords, too.
    webhook_url: str = field(default=NOT_SET, repr=False)
    webhook_secret: str = field(default=NOT_SET, repr=False)
    tell_reporters: str = "no"
    smtp_host: str = NOT_SET
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = field(default=NOT_SET, repr=False)
    smtp_password: str = field(default=NOT_SET, repr=False)
    smtp_from: str = NOT_SET
    smtp_to: str = NOT_SET
    mail_authors: str = "no"
    hackernews_url: str = "https://hacker-news.firebaseio.com/v0"
    algolia_url: str = "https://hn.algolia.com/api/v1"
    hackernews_count: int = 0
    source_timeout_s: float = 3.0
    api_host: str = "127.0.0.1"
    api_wait_ms: float = 1_000.0
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
    def retention(self) -> RetentionDays:
        """How long each kind of personal data is kept."""
        return RetentionDays(
            self.retention_days, self.retention_addresses_days, self.retention_reports_days
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels on which messages leave."""
        addresses = {Channel.WEBHOOK: self.webhook_url, Channel.EMAIL: self.smtp_host}
        return tuple(channel for channel, address in addresses.items() if address != NOT_SET)

    @property
    def keeps_state_in_home(self) -> bool:
        """Whether the state is the file `state_path`, and not another server's database."""
        return self.state_url == STATE_IN_HOME

    @property
    def backends_path(self) -> Path:
        """The file that declares remote backends."""
        return self.home / self.backends_file

    @property
    def console_url(self) -> str:
        """The address of the staff console in its people's browsers, without a slash at its end."""
        if self.staff_url == LOOPBACK_URL:
            return f"http://127.0.0.1:{self.dashboard_port}"
        return self.staff_url

    @property
    def author_url(self) -> str:
        """The address of the public look-up, without a slash at its end."""
        if self.public_url == LOOPBACK_URL:
            return f"http://127.0.0.1:{self.author_port}"
        return self.public_url
