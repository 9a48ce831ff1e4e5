"""The channels on which messages leave."""

from urllib.parse import urlsplit

from core.addresses import is_loopback
from core.config import Settings
from core.doctor.checks import CheckResult, CheckState
from core.moderation.outbox import Channel


def check_channels(settings: Settings) -> list[CheckResult]:
    """Which ones are set, and whether notices travel readable by others. Nothing is opened or
    sent: `modconsole outbox list` knows what arrived."""
    if not settings.channels:
        return []
    fact = f"{', '.join(settings.channels)}; `modconsole outbox list` says what arrived"
    if _is_readable(settings):
        advice = "use an https address, and `starttls` or `tls` for mail"
        return [
            CheckResult(
                "channels",
                CheckState.COULD_BE_BETTER,
                f"{fact}; others on the way can read it",
                advice,
            )
        ]
    return [CheckResult("channels", CheckState.OK, fact)]


def _is_readable(settings: Settings) -> bool:
    webhook = urlsplit(settings.webhook_url)
    is_plain_webhook = Channel.WEBHOOK in settings.channels and webhook.scheme == "http"
    is_plain_mail = Channel.EMAIL in settings.channels and settings.smtp_security == "none"
    return (is_plain_webhook and not is_loopback(webhook.hostname or "")) or (
        is_plain_mail and not is_loopback(settings.smtp_host)
    )
