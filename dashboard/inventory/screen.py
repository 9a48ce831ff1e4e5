"""What runs here?: the packages, the models that were tried, the data behind the one in force, what
the site keeps, and whom it asks."""

import json
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.bootstrap.inventory import site_inventory
from core.bootstrap.services import Services
from core.config import Settings
from core.errors import PermissionDenied, StoreError
from core.inventory.cyclonedx import make_bom
from core.moderation.permissions import Actor, Role
from core.services.inventory import Inventory
from dashboard.address_choices import read_in_any_language
from dashboard.inventory.kept_parts import contacts_part, kept_part
from dashboard.inventory.parts import data_part, download, models_part, packages_part
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

PACKAGES, MODELS, DATA = "Packages", "Models", "Data"
KEPT, CONTACTS = "What is kept", "Who is asked"
PARTS = {
    PACKAGES: "inventory.part.packages",
    MODELS: "inventory.part.models",
    DATA: "inventory.part.data",
    KEPT: "inventory.part.kept",
    CONTACTS: "inventory.part.contacts",
}
"""The parts as links name them, with the keys of their words."""
OF_THE_MODEL = (MODELS, DATA)
KEPT_S = 60


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        with st.spinner(say("inventory.page.reading")):
            found = _load(actor.roles, services.settings, _actor=actor, _services=services)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.inventory"), width="content", anchor=False)
        st.space("stretch")
        bom = make_bom(found.packages, found.model, services.clock.now())
        download("SBOM, CycloneDX", json.dumps(bom, indent=1), "sbom.cdx.json", "application/json")
    part = _part_control()
    if found.model_problem is not None and part in OF_THE_MODEL:
        st.warning(plain(told(found.model_problem)), icon=":material/warning:")
    shown: dict[str, Callable[[Inventory], None]] = {
        PACKAGES: packages_part,
        MODELS: models_part,
        DATA: data_part,
        KEPT: partial(kept_part, retention=services.settings.retention),
        CONTACTS: contacts_part,
    }
    shown[part](found)


def _part_control() -> str:
    read_in_any_language("part", PARTS)
    chosen = st.segmented_control(
        say("inventory.page.part"),
        list(PARTS),
        default=PACKAGES,
        format_func=lambda each: say(PARTS[each]),
        key="part",
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    return chosen or PACKAGES


@st.cache_data(ttl=KEPT_S, max_entries=16, show_spinner=False)
def _load(
    roles: tuple[Role, ...], settings: Settings, *, _actor: Actor, _services: Services
) -> Inventory:
    return site_inventory(_actor, _services)


if __name__ == "__main__":
    render(current_services(), current_actor())
