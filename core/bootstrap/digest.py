"""How the digest leaves this site."""

from collections.abc import Mapping
from datetime import datetime

from core.bootstrap.outbox import open_channels
from core.config import Settings
from core.moderation.digest import Digest, QuietHours, quiet_hours
from core.moderation.outbox import Channel, FailedAttempt
from core.outbox.base import MessageChannel
from core.outbox.digest_message import digest_body, digest_mail
from core.services.digest import Send
from core.setting_values import NOT_SET


def digest_channels(settings: Settings) -> Mapping[Channel, Send]:
    """One for each channel of the site."""
    return {channel.name: _sending(channel, settings) for channel in open_channels(settings)}


def site_quiet_hours(settings: Settings) -> QuietHours | None:
    """None where the site has set none."""
    return None if settings.quiet_hours == NOT_SET else quiet_hours(settings.quiet_hours)


def _sending(channel: MessageChannel, settings: Settings) -> Send:
    def send(digest: Digest, now: datetime) -> FailedAttempt | None:
        try:
            return _sent(channel, digest, settings, now)
        finally:
            channel.close()

    return send


def _sent(
    channel: MessageChannel, digest: Digest, settings: Settings, now: datetime
) -> FailedAttempt | None:
    from core.outbox.mail import Mail
    from core.outbox.webhook import Webhook

    if isinstance(channel, Mail):
        return channel.send(digest_mail(digest, channel.server, settings.console_url))
    assert isinstance(channel, Webhook)
    return channel.post(digest.id, digest_body(digest, settings.console_url), now)
