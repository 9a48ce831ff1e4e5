"""The channels that the site configured, and a sender for each."""

from core.bootstrap.services import Services
from core.config import Settings
from core.outbox.base import MessageChannel
from core.services.outbox import Sender
from core.setting_values import NOT_SET


def open_channels(settings: Settings) -> list[MessageChannel]:
    """Connects to nothing yet."""
    channels: list[MessageChannel] = []
    if settings.webhook_url != NOT_SET:
        from core.outbox.webhook import Webhook

        channels.append(Webhook(settings.webhook_url, settings.webhook_secret))
    if settings.smtp_host != NOT_SET:
        from core.outbox.mail import Mail, MailSecurity, MailServer

        has_user = settings.smtp_user != NOT_SET
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=MailSecurity(settings.smtp_security),
            sender=settings.smtp_from,
            recipient=settings.smtp_to,
            user=settings.smtp_user if has_user else "",
            password=settings.smtp_password if has_user else "",
            to_authors=settings.mail_authors == "yes",
        )
        channels.append(Mail(server))
    return channels


def make_senders(services: Services) -> list[Sender]:
    """One for each channel: a slow receiver on one holds up none of the others."""
    settings = services.settings
    return [
        Sender(services.context, channel, settings.author_url)
        for channel in open_channels(settings)
    ]
