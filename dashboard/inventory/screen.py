"""What runs here?: the packages, the models that were tried, and the data behind the one in
force."""

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from core.batch.sinks import csv_pieces
from core.bootstrap.inventory import site_inventory
from core.bootstrap.services import Services
from core.config import Settings
from core.errors import PermissionDenied
from core.inventory.cyclonedx import make_bom
from core.moderation.permissions import Actor
from core.services.inventory import Inventory
from dashboard.data_table import data_table
from dashboard.inventory.tables import data_frame, model_frame, package_frame
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

PACKAGES, MODELS, DATA = "Packages", "Models", "Data"
PARTS = (PACKAGES, MODELS, DATA)
KEPT_S = 60
MOST_ROWS = 18
INTERVALS = (
    "ROC AUC of toxicity on comments that taught nothing, with its interval of 95 % where it was "
    "measured. Speeds are those that this machine measured."
)


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        found = _load(actor.role, services.settings, _actor=actor)
    except PermissionDenied as refusal:
        st.error(str(refusal), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What runs here?", width="content", anchor=False)
        st.space("stretch")
        bom = make_bom(found.packages, found.model, services.clock.now())
        _download("SBOM, CycloneDX", json.dumps(bom, indent=1), "sbom.cdx.json", "application/json")
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
    {PACKAGES: _packages, MODELS: _models, DATA: _data}[part or PACKAGES](found)


@st.cache_data(ttl=KEPT_S, max_entries=16, show_spinner="Reading what is installed …")
def _load(role: str, settings: Settings, *, _actor: Actor) -> Inventory:
    return site_inventory(_actor, settings)


def _packages(found: Inventory) -> None:
    needed = sum(one.is_needed for one in found.packages)
    st.caption(
        f"{len(found.packages):,} packages are installed; the console needs {needed:,} of them."
    )
    text = st.column_config.TextColumn
    columns = {
        "package": text(width=170),
        "version": text(width=110),
        "licence": text(width=180, help="As the package names it."),
        "needed": text(width=70, help="Whether the console itself needs it, directly or not."),
        "what it is": text(width=360),
        "needs": text(width=260),
    }
    _table(package_frame(tuple(found.packages)), columns, "packages", "Each installed package")


def _models(found: Inventory) -> None:
    st.caption(INTERVALS)
    if found.model is not None:
        st.caption(plain(" ".join(found.model.recipe[:1])))
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    frame = model_frame(found)
    columns: dict[str, Any] = {name: text(width=170) for name in frame.columns}
    columns |= {
        "model": text(width=210),
        "what": text(width=330),
        "size, MB": number(format="%.1f", width=80),
        "verdict": text(width=90),
        "why": text(width=420),
    }
    _table(frame, columns, "models", "The model in force and those tried before, with why")


def _data(found: Inventory) -> None:
    if found.model is None or not found.model.data:
        st.info("The folder of this model says nothing of the data that taught it.")
        return
    taught = sum(one.trained or 0 for one in found.model.data)
    st.caption(
        f"{taught:,} comments taught {plain(found.model.manifest.version)}, respelled copies left "
        "out. None of them is shipped; each file is known by its digest."
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "data set": text(width=180),
        "use": text(width=80),
        "licence": text(width=220),
        "rows": number(format="localized", width=80),
        "rows that taught": number(format="localized", width=110),
        "what for": text(width=330),
        "from": text(width=280),
        "sha256": text(width=200),
    }
    _table(data_frame(found.model.data), columns, "data", "Each data set, its licence and digest")


def _table(frame: pd.DataFrame, columns: dict[str, Any], key: str, alt: str) -> None:
    data_table(frame, columns, key=key, alt=alt, most_rows=MOST_ROWS)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    _download(
        "CSV", b"".join(csv_pieces(table.schema, table.to_batches())), f"{key}.csv", "text/csv"
    )


def _download(label: str, content: str | bytes, name: str, mime: str) -> None:
    st.download_button(
        label, content, name, mime, icon=":material/download:", key=f"download_{name}"
    )


if __name__ == "__main__":
    render(current_services(), current_actor())
