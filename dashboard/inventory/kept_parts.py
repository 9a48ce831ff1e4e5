"""The parts of the page about what is kept of people, and who is told what."""

from collections.abc import Hashable, Mapping
from functools import partial

import streamlit as st

from core.moderation.erasure import RetentionDays
from core.services.inventory import Inventory
from dashboard.inventory.kept_tables import NOT_SHOWN, contact_frame, kept_frame
from dashboard.inventory.parts import csv_download, table_with_csv
from dashboard.staff_texts import say, staff_texts
from dashboard.wording import plain

SIDE_BY_SIDE = 2
COLLECTOR_SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"


def kept_part(found: Inventory, retention: RetentionDays) -> None:
    """What the site keeps, why, where and for how long."""
    st.caption(say("inventory.kept.erasing"))
    frame_in = partial(kept_frame, found.kept, retention)
    # A list, two side by side where there is room: on a phone a table of sentences would be cut.
    entries = frame_in(staff_texts()).drop(columns=NOT_SHOWN).to_dict("records")
    for start in range(0, len(entries), SIDE_BY_SIDE):
        places = st.columns(SIDE_BY_SIDE)
        for place, entry in zip(places, entries[start : start + SIDE_BY_SIDE], strict=False):
            place.markdown(_entry_words(entry))
    csv_download(frame_in, "kept")


def _entry_words(entry: Mapping[Hashable, str]) -> str:
    facts = {
        "why": say("inventory.kept.why"),
        "kept": say("inventory.kept.how_long"),
        "after an erasure": say("inventory.kept.after_erasure"),
    }
    lines = [
        f"- {say('inventory.kept.fact', title=title, words=plain(entry[name]))}"
        for name, title in facts.items()
    ]
    return "\n".join([f"**{plain(entry['what'])}**", "", *lines])


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
