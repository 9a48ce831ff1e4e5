"""The site's objectives, where their alerts are kept, and who watches them."""

from functools import partial

from core.bootstrap.services import Services
from core.config import Settings
from core.services.objectives import ObjectiveWatch
from core.servinglog.objectives.alert_file import AlertFile
from core.servinglog.objectives.file import read_objectives
from core.servinglog.objectives.rules import Objective
from core.setting_values import NOT_SET


def site_objectives(settings: Settings) -> tuple[Objective, ...]:
    """Read anew from the objectives file; the defaults without one. Raises ConfigError."""
    return read_objectives(settings.objectives_path, settings.review_hours)


def alert_file(settings: Settings) -> AlertFile:
    """The alerts of this home."""
    return AlertFile(settings.alerts_dir)


def make_watch(services: Services) -> ObjectiveWatch:
    """Sends by the site's webhook, if it has one."""
    settings, post = services.settings, None
    if settings.webhook_url != NOT_SET:
        from core.outbox.webhook import Webhook

        post = Webhook(settings.webhook_url, settings.webhook_secret).post
    return ObjectiveWatch(
        services.context,
        services.serving_log_queries,
        partial(site_objectives, settings),
        alert_file(settings),
        settings.console_url,
        post,
    )
