"""Checks of settings that are wrong only together, or not by their type."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.addresses import is_loopback
from core.config import Settings
from core.errors import ConfigError, InvalidInput
from core.moderation.digest import quiet_hours
from core.moderation.erasure import retention_problem
from core.moderation.languages import code_problem
from core.moderation.outbox import Channel
from core.outbox.problems import mail_problem, webhook_problem
from core.servinglog.shared.address import address_problem
from core.setting_values import LOOPBACK_URL, NOT_SET

STATE_SCHEMES = ("postgresql://", "postgres://")
_ADDRESS = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_RULES_URL = re.compile(r"https?://[a-z0-9][^\s@]{1,300}", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]{1,64}@[a-z0-9][a-z0-9.-]{1,190}", re.IGNORECASE)
MOST_NAME_CHARS = 80
_ISSUER = re.compile(r"https?://[a-z0-9][^\s@?#]{1,300}", re.IGNORECASE)


def check_settings(settings: Settings) -> None:
    """Raises ConfigError naming the first setting that is wrong."""
    if not settings.keeps_state_in_home and not settings.state_url.startswith(STATE_SCHEMES):
        raise ConfigError("MODCONSOLE_STATE_URL can be `sqlite` or begin with postgresql://")
    for name in ("public_url", "staff_url"):
        address = getattr(settings, name)
        if address != LOOPBACK_URL and not _ADDRESS.fullmatch(address):
            raise ConfigError(
                f"MODCONSOLE_{name.upper()} is {address!r}; write https://NAME or "
                "https://NAME:PORT, without a path"
            )
    if settings.rules_url != NOT_SET and not _RULES_URL.fullmatch(settings.rules_url):
        raise ConfigError(
            f"MODCONSOLE_RULES_URL is {settings.rules_url!r}; write http(s)://NAME and a path of "
            "at most 300 characters"
        )
    _check_words_for_authors(settings)
    if problem := address_problem(settings.log_store):
        raise ConfigError(f"MODCONSOLE_LOG_STORE: {problem}")
    kept, windows = (
        settings.retention_days,
        (settings.appeal_window_days, settings.appeal_answer_days),
    )
    if problem := retention_problem(kept, *windows):
        raise ConfigError(f"MODCONSOLE_RETENTION_DAYS: {problem}")
    _check_channels(settings)
    _check_sign_in(settings)
    for code in settings.language_codes:
        if problem := code_problem(code):
            raise ConfigError(f"MODCONSOLE_LANGUAGES: {problem}")


def _check_words_for_authors(settings: Settings) -> None:
    name, contact = settings.site_name, settings.contact
    if not name.isprintable() or len(name) > MOST_NAME_CHARS:
        raise ConfigError(
            f"MODCONSOLE_SITE_NAME is {name!r}; write one line of at most {MOST_NAME_CHARS} "
            "characters"
        )
    if contact != NOT_SET and not (_RULES_URL.fullmatch(contact) or _MAIL.fullmatch(contact)):
        raise ConfigError(
            f"MODCONSOLE_CONTACT is {contact!r}; write a mail address or http(s)://NAME"
        )
    if settings.quiet_hours != NOT_SET:
        try:
            quiet_hours(settings.quiet_hours)
        except InvalidInput as error:
            raise ConfigError(
                f"MODCONSOLE_QUIET_HOURS is {settings.quiet_hours!r}: {error}"
            ) from None
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"MODCONSOLE_TIME_ZONE is {settings.time_zone!r}; write a name as in Europe/Berlin"
        ) from None


def _check_sign_in(settings: Settings) -> None:
    if settings.sign_in == "demo":
        if not is_loopback(settings.dashboard_host):
            raise ConfigError(
                f"MODCONSOLE_DASHBOARD_HOST is {settings.dashboard_host!r}: other machines can "
                "reach it, and the demo sign-in asks for no password. Set MODCONSOLE_SIGN_IN=oidc; "
                "see docs/sign_in.md"
            )
        if settings.staff_url != LOOPBACK_URL:
            raise ConfigError(
                f"MODCONSOLE_STAFF_URL is {settings.staff_url!r}: the demo sign-in asks for no "
                "password and is for this machine alone. Set MODCONSOLE_SIGN_IN=oidc; see "
                "docs/sign_in.md"
            )
        return
    if settings.oidc_client_id == NOT_SET or not _ISSUER.fullmatch(settings.oidc_issuer):
        raise ConfigError(
            "MODCONSOLE_SIGN_IN is 'oidc'; it needs MODCONSOLE_OIDC_ISSUER (https://...) and "
            "MODCONSOLE_OIDC_CLIENT_ID"
        )
    host = settings.oidc_issuer.partition("://")[2].split("/")[0].rpartition(":")
    if settings.oidc_issuer.lower().startswith("http:") and not is_loopback(host[0] or host[2]):
        raise ConfigError("MODCONSOLE_OIDC_ISSUER is not encrypted; write https://")
    if not is_loopback(settings.dashboard_host) and settings.staff_url == LOOPBACK_URL:
        raise ConfigError(
            f"MODCONSOLE_DASHBOARD_HOST is {settings.dashboard_host!r}: set MODCONSOLE_STAFF_URL "
            "to the address under which people reach it"
        )


def _check_channels(settings: Settings) -> None:
    problems = {
        Channel.WEBHOOK: lambda: webhook_problem(settings.webhook_url, settings.webhook_secret),
        Channel.EMAIL: lambda: mail_problem(
            settings.smtp_host, settings.smtp_from, settings.smtp_to
        ),
    }
    if settings.tell_reporters == "yes" and Channel.WEBHOOK not in settings.channels:
        raise ConfigError(
            "MODCONSOLE_TELL_REPORTERS is 'yes'; only a webhook tells them, so set "
            "MODCONSOLE_WEBHOOK_URL, too"
        )
    if settings.mail_authors == "yes" and Channel.EMAIL not in settings.channels:
        raise ConfigError(
            "MODCONSOLE_MAIL_AUTHORS is 'yes'; it needs a mail server, so set "
            "MODCONSOLE_SMTP_HOST, too"
        )
    for channel in settings.channels:
        if problem := problems[channel]():
            raise ConfigError(problem)
