"""API keys: what each may do, until when, and when it was last used; made, rotated and revoked."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor, Permission, can
from core.services.api_keys import ListedKey, list_keys
from core.serving.api_keys import KeyFolder
from dashboard.data_table import data_table
from dashboard.keys.changes import new_key_form, rotate_or_revoke, show_made_key
from dashboard.keys.wording import keys_table
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

MOST_ROWS = 12


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    folder = KeyFolder(services.settings.api_keys_dir)
    try:
        listed, unreadable = list_keys(services.context, actor, folder)
    except ConsoleError as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    may_manage = can(actor, Permission.MANAGE_KEYS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.keys"), width="content", anchor=False)
        st.space("stretch")
        if may_manage:
            new_key_form(services, actor, folder)
    show_made_key()
    for line in unreadable:
        st.warning(plain(told(line)), icon=":material/warning:")
    if not listed:
        st.info(say("keys.page.none"), icon=":material/key:")
        return
    _table(listed)
    if may_manage:
        rotate_or_revoke(services, actor, folder, listed)


def _table(listed: Sequence[ListedKey]) -> None:
    time = partial(st.column_config.DatetimeColumn, format="YYYY-MM-DD HH:mm", timezone="UTC")
    data_table(
        keys_table(listed),
        {
            "name": st.column_config.TextColumn(say("keys.table.name"), width="small"),
            "valid until": st.column_config.TextColumn(
                say("keys.table.valid_until"), width="small"
            ),
            "last used": time(say("keys.table.last_used")),
            "may": st.column_config.TextColumn(say("keys.table.may"), width="large"),
            "made": time(say("keys.table.made")),
            "id": st.column_config.TextColumn(say("keys.table.id")),
        },
        key="keys",
        alt=say("keys.table.about"),
        most_rows=MOST_ROWS,
        grey=[each.is_expired for each in reversed(listed)],
    )


if __name__ == "__main__":
    render(current_services(), current_actor())
