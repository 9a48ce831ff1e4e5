"""The inventory of this installation."""

from functools import partial

from core.bootstrap.measures import read_measures
from core.bootstrap.services import Services
from core.inference.manifest import model_folder
from core.inventory.model_facts import read_model_facts
from core.inventory.packages import installed_packages
from core.moderation.permissions import Actor
from core.services.inventory import Inventory, load_inventory


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
    )
