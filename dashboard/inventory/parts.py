"""The parts of the page: a table each, with its download."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from core.batch.sinks import csv_pieces
from core.moderation.languages import ENGLISH
from core.services.inventory import Inventory
from core.texts.texts import Texts, staff_texts_in
from dashboard.data_table import data_table
from dashboard.inventory.tables import SHOWN_SETS, data_frame, model_frame, package_frame
from dashboard.staff_texts import count, number, say, staff_texts
from dashboard.wording import plain

MOST_ROWS = 18
FrameIn = Callable[[Texts], pd.DataFrame]
"""A table with its cells in the language of the texts."""
text, figure = st.column_config.TextColumn, st.column_config.NumberColumn


def packages_part(found: Inventory) -> None:
    """Every installed package."""
    needed = number(sum(one.is_needed for one in found.packages))
    st.caption(count("inventory.packages.installed", len(found.packages), needed=needed))
    columns = {
        "package": text(say("inventory.packages.package"), width=170),
        "version": text(say("inventory.packages.version"), width=110),
        "licence": text(
            say("inventory.packages.licence"),
            width=180,
            help=say("inventory.packages.licence_help"),
        ),
        "needed": text(
            say("inventory.packages.needed"), width=70, help=say("inventory.packages.needed_help")
        ),
        "what it is": text(say("inventory.packages.what"), width=360),
        "needs": text(say("inventory.packages.needs"), width=260),
    }
    frame_in = partial(package_frame, tuple(found.packages))
    table_with_csv(frame_in, columns, "packages", say("inventory.packages.about"))


def models_part(found: Inventory) -> None:
    """The model in force and those tried before it."""
    st.caption(say("inventory.models.intervals"))
    if found.model is not None:
        st.caption(plain(" ".join(found.model.recipe[:1])))
    columns: dict[str, Any] = {
        "model": text(say("inventory.models.model"), width=200),
        "verdict": text(say("inventory.models.verdict"), width=95),
        "size, MB": figure(say("inventory.models.size"), format="%.1f", width=75),
        "p95, ms": figure(format="%.1f", width=75, help=say("inventory.models.p95_help")),
        "speed": text(say("inventory.models.speed"), width=170),
        "why": text(say("inventory.models.why"), width=420),
        "what": text(say("inventory.models.what"), width=330),
        "measured on": text(say("inventory.models.measured_on"), width=170),
    }
    columns |= {
        title: text(say(f"inventory.shown_set.{name}"), width=170)
        for name, title in SHOWN_SETS.items()
    }
    frame_in = partial(model_frame, found)
    table_with_csv(frame_in, columns, "models", say("inventory.models.about"))


def data_part(found: Inventory) -> None:
    """The data behind the model in force."""
    if found.model is None or not found.model.data:
        st.info(say("inventory.data.none"))
        return
    taught = sum(one.trained or 0 for one in found.model.data)
    model = plain(found.model.manifest.version)
    st.caption(count("inventory.data.taught", taught, model=model))
    columns: dict[str, Any] = {
        "data set": text(say("inventory.data.data_set"), width=180),
        "use": text(say("inventory.data.use"), width=80),
        "licence": text(say("inventory.data.licence"), width=220),
        "rows": figure(say("inventory.data.rows"), format="localized", width=80),
        "rows that taught": figure(
            say("inventory.data.rows_that_taught"), format="localized", width=110
        ),
        "what for": text(say("inventory.data.what_for"), width=330),
        "from": text(say("inventory.data.origin"), width=280),
        "sha256": text(width=200),
    }
    frame_in = partial(data_frame, found.model.data)
    table_with_csv(frame_in, columns, "data", say("inventory.data.about"))


def table_with_csv(frame_in: FrameIn, columns: dict[str, Any], key: str, alt: str) -> None:
    """The table, and the same as a file."""
    data_table(frame_in(staff_texts()), columns, key=key, alt=alt, most_rows=MOST_ROWS)
    csv_download(frame_in, key)


def csv_download(frame_in: FrameIn, key: str) -> None:
    """The table as a file, which is in English as all files are."""
    table = pa.Table.from_pandas(frame_in(staff_texts_in(ENGLISH)), preserve_index=False)
    download(
        "CSV", b"".join(csv_pieces(table.schema, table.to_batches())), f"{key}.csv", "text/csv"
    )


def download(label: str, content: str | bytes, name: str, mime: str) -> None:
    """A button that gives the content as a file of that name."""
    st.download_button(
        label, content, name, mime, icon=":material/download:", key=f"download_{name}"
    )
