"""The inventory of this installation."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from core.bootstrap.measures import read_measures
from core.bootstrap.services import Services
from core.inference.base import Location
from core.inference.manifest import SHIPPED, model_folder
from core.inventory.contacts import NamedAddresses, contacts
from core.inventory.kept_data import kept_data
from core.inventory.model_facts import read_model_facts
from core.inventory.packages import installed_packages
from core.moderation.permissions import Actor
from core.services.inventory import Inventory, load_inventory
from core.setting_values import NOT_SET


def site_inventory(actor: Actor, services: Services) -> Inventory:
    """Read anew from this environment and these settings. Raises PermissionDenied, StoreError."""
    settings = services.settings
    return load_inventory(
        actor,
        services.serving_log_queries,
        services.clock,
        backend=services.names_in_use[0],
        packages=installed_packages,
        model=partial(read_model_facts, model_folder(settings.model)),
        speeds=lambda: read_measures(settings).runtimes,
        kept=kept_data(settings.retention),
        contacts=contacts(_named(services)),
    )


def _named(services: Services) -> NamedAddresses:
    settings = services.settings
    model = settings.model
    is_fetched = settings.backend == "transformers" and not Path(model).exists()
    return NamedAddresses(
        state="" if settings.keeps_state_in_home else settings.state_url,
        log_store=settings.log_store if "://" in settings.log_store else "",
        issuer=_set(settings.oidc_issuer) if settings.sign_in == "oidc" else "",
        webhook=_set(settings.webhook_url),
        mail_host=_set(settings.smtp_host),
        model="huggingface.co" if is_fetched and model != SHIPPED else "",
        news=settings.hackernews_url if settings.hackernews_count else "",
        backends=_remote_in_force(services),
    )


def _set(value: str) -> str:
    return "" if value == NOT_SET else value


def _remote_in_force(services: Services) -> Mapping[str, str]:
    catalogue = services.catalogue()
    used = {*services.names_in_use, *catalogue.by_language.values()}
    return {
        one.name: one.address
        for one in catalogue.candidates
        if one.name in used and one.location is Location.REMOTE
    }
