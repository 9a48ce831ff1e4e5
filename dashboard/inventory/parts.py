"""The parts of the page: a table each, with its download."""

from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from core.batch.sinks import csv_pieces
from core.services.inventory import Inventory
from dashboard.data_table import data_table
from dashboard.inventory.tables import data_frame, model_frame, package_frame
from dashboard.wording import plain

MOST_ROWS = 18
INTERVALS = (
    "ROC AUC of toxicity on comments that taught nothing, with its interval of 95 % where it was "
    "measured. Speeds are those that this machine measured."
)


def packages_part(found: Inventory) -> None:
    """Every installed package."""
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
    table_with_csv(
        package_frame(tuple(found.packages)), columns, "packages", "Each installed package"
    )


def models_part(found: Inventory) -> None:
    """The model in force and those tried before it."""
    st.caption(INTERVALS)
    if found.model is not None:
        st.caption(plain(" ".join(found.model.recipe[:1])))
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    frame = model_frame(found)
    columns: dict[str, Any] = {name: text(width=170) for name in frame.columns}
    columns |= {
        "model": text(width=200),
        "verdict": text(width=95),
        "why": text(width=420),
        "size, MB": number(format="%.1f", width=75),
        "p95, ms": number(format="%.1f", width=75, help="Of live calls here in the last 7 days."),
        "what": text(width=330),
    }
    table_with_csv(frame, columns, "models", "The model in force and those tried before, with why")


def data_part(found: Inventory) -> None:
    """The data behind the model in force."""
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
    table_with_csv(
        data_frame(found.model.data), columns, "data", "Each data set, its licence and digest"
    )


def table_with_csv(frame: pd.DataFrame, columns: dict[str, Any], key: str, alt: str) -> None:
    """The table, and the same as a file."""
    data_table(frame, columns, key=key, alt=alt, most_rows=MOST_ROWS)
    csv_download(frame, key)


def csv_download(frame: pd.DataFrame, key: str) -> None:
    """The table as a file."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    download(
        "CSV", b"".join(csv_pieces(table.schema, table.to_batches())), f"{key}.csv", "text/csv"
    )


def download(label: str, content: str | bytes, name: str, mime: str) -> None:
    """A button that gives the content as a file of that name."""
    st.download_button(
        label, content, name, mime, icon=":material/download:", key=f"download_{name}"
    )
