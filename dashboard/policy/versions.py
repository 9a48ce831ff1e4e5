"""Every version of the policy: who made it, what it says and what it changed; the way back."""

import pandas as pd
import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policy_drafts import MAX_NOTE_CHARS
from core.services.policy_desk import PolicyDesk, PolicyVersion
from dashboard.data_table import data_table
from dashboard.policy.place import PolicyPlace
from dashboard.policy.sentences import changed_lines, policy_lines, reason_lines
from dashboard.policy.wording import version_rows
from dashboard.staff_texts import say
from dashboard.wording import viewer_zone

MOST_ROWS = 6


def versions_card(place: PolicyPlace, services: Services, actor: Actor, desk: PolicyDesk) -> None:
    """The table, and one version to read."""
    with st.container(border=True):
        st.markdown(f"**{say('policy.versions.title')}**")
        data_table(
            pd.DataFrame(version_rows(list(desk.versions), viewer_zone(st.context.timezone))),
            {
                say("policy.versions.version"): st.column_config.NumberColumn(width=60),
                say("policy.versions.since"): st.column_config.TextColumn(width=170),
                say("policy.versions.drafted_by"): st.column_config.TextColumn(width=100),
                say("policy.versions.published_by"): st.column_config.TextColumn(width=130),
                say("policy.versions.why"): st.column_config.TextColumn(width="large"),
            },
            key="versions",
            alt=say("policy.versions.alt"),
            most_rows=MOST_ROWS,
        )
        numbers = [version.policy.version for version in desk.versions]
        chosen = st.selectbox(say("policy.versions.read"), numbers, key="read_version", width=160)
        _read(place, services, actor, desk, desk.version(chosen))


def _read(
    place: PolicyPlace,
    services: Services,
    actor: Actor,
    desk: PolicyDesk,
    version: PolicyVersion,
) -> None:
    number = version.policy.version
    for line in policy_lines(version.policy):
        st.text(line)
    with st.expander(say("policy.versions.authors_read"), key=f"read_reasons_{number}"):
        for line in reason_lines(version.policy):
            st.text(line)
    if version.before is not None:
        st.caption(say("policy.versions.changed", version=str(version.before.version)))
        for line in changed_lines(version.before, version.policy):
            st.text(line)
    if number == desk.in_force.version or not can(actor, Permission.DRAFT_POLICY):
        return
    note_key = f"roll_back_note_{number}_{desk.in_force.version}"
    st.text_area(
        say("policy.versions.why_back"),
        key=note_key,
        height=76,
        max_chars=MAX_NOTE_CHARS,
    )
    st.button(
        say("policy.versions.ask_back", version=str(number)),
        key=f"roll_back_{number}_{desk.in_force.version}",
        on_click=place.roll_back,
        args=(services, actor, number, note_key),
    )
