"""The parts of the page about what is kept of people, and who is told what."""

from functools import partial

import streamlit as st

from core.moderation.erasure import RetentionDays
from core.services.inventory import Inventory
from dashboard.inventory.kept_tables import NOT_SHOWN, contact_frame, kept_frame
from dashboard.inventory.parts import csv_download, table_with_csv
from dashboard.staff_texts import say, staff_texts

COLLECTOR_SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"


def kept_part(found: Inventory, retention: RetentionDays) -> None:
    """What the site keeps, why, where and for how long."""
    st.caption(say("inventory.kept.erasing"))
    frame_in = partial(kept_frame, found.kept, retention)
    titles = {
        "what": say("inventory.kept.what"),
        "why": say("inventory.kept.why"),
        "kept": say("inventory.kept.how_long"),
        "after an erasure": say("inventory.kept.after_erasure"),
    }
    shown = frame_in(staff_texts()).drop(columns=NOT_SHOWN).rename(columns=titles)
    # A table of sentences: here they wrap, which a data table's don't.
    st.table(shown.set_index(titles["what"]))
    csv_download(frame_in, "kept")


def contacts_part(found: Inventory) -> None:
    """Whom the servers ask over a network, and by which setting."""
    st.caption(say("inventory.contacts.asking", setting=COLLECTOR_SETTING))
    text = st.column_config.TextColumn
    columns = {
        "who": text(say("inventory.contacts.who"), width=260),
        "now": text(say("inventory.contacts.now"), width=260),
        "is told": text(say("inventory.contacts.is_told"), width=260),
        "setting": text(say("inventory.contacts.setting"), width=260),
    }
    frame_in = partial(contact_frame, found.contacts)
    table_with_csv(frame_in, columns, "contacts", say("inventory.contacts.about"))
