"""The parts of the page about what is kept of people, and who is told what."""

import pandas as pd
import streamlit as st

from core.services.inventory import Inventory
from dashboard.inventory.parts import csv_download, table_with_csv

NOBODY = "nobody"
ERASING = (
    "modconsole erase author NAME erases what an author wrote; modconsole export author NAME "
    "gives it to them. Backups and files that you exported are yours to keep or to delete."
)
ASKING = (
    "Nobody else is asked: not by the servers, and not by the pages in a browser. "
    "modconsole ingest --hackernews asks Hacker News, modconsole logs export the collector that "
    "OTEL_EXPORTER_OTLP_ENDPOINT names, and a job whatever its command asks."
)


def kept_part(found: Inventory) -> None:
    """What the site keeps, why, where and for how long."""
    st.caption(ERASING)
    frame = pd.DataFrame(
        [
            {
                "what": one.what,
                "why": one.why,
                "kept": one.kept,
                "after an erasure": one.erased,
                "tables": ", ".join(one.tables) or None,
                "in the home folder": ", ".join(one.files) or None,
            }
            for one in found.kept
        ]
    )
    # A table of sentences: here they wrap, which a data table's don't.
    st.table(frame.drop(columns=["tables", "in the home folder"]).set_index("what"))
    csv_download(frame, "kept")


def contacts_part(found: Inventory) -> None:
    """Whom the servers ask over a network, and by which setting."""
    st.caption(ASKING)
    frame = pd.DataFrame(
        [
            {
                "who": one.who,
                "now": one.address or NOBODY,
                "is told": one.told,
                "setting": one.setting,
            }
            for one in found.contacts
        ]
    )
    text = st.column_config.TextColumn
    columns = {name: text(width=260) for name in frame.columns}
    table_with_csv(frame, columns, "contacts", "Whom this installation asks, and by which setting")
