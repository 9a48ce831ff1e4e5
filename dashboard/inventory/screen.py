"""What runs here?: the packages, the models that were tried, and the data behind the one in
force."""

import json

import streamlit as st

from core.bootstrap.inventory import site_inventory
from core.bootstrap.services import Services
from core.config import Settings
from core.errors import PermissionDenied, StoreError
from core.inventory.cyclonedx import make_bom
from core.moderation.permissions import Actor
from core.services.inventory import Inventory
from dashboard.inventory.parts import data_part, download, models_part, packages_part
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

PACKAGES, MODELS, DATA = "Packages", "Models", "Data"
PARTS = (PACKAGES, MODELS, DATA)
KEPT_S = 60


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        found = _load(actor.role, services.settings, _actor=actor, _services=services)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What runs here?", width="content", anchor=False)
        st.space("stretch")
        bom = make_bom(found.packages, found.model, services.clock.now())
        download("SBOM, CycloneDX", json.dumps(bom, indent=1), "sbom.cdx.json", "application/json")
    part = st.segmented_control(
        "Part",
        PARTS,
        default=PACKAGES,
        key="part",
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    if found.model_problem is not None and part != PACKAGES:
        st.warning(plain(found.model_problem), icon=":material/warning:")
    {PACKAGES: packages_part, MODELS: models_part, DATA: data_part}[part or PACKAGES](found)


@st.cache_data(ttl=KEPT_S, max_entries=16, show_spinner="Reading what is installed …")
def _load(role: str, settings: Settings, *, _actor: Actor, _services: Services) -> Inventory:
    return site_inventory(_actor, _services)


if __name__ == "__main__":
    render(current_services(), current_actor())
