"""People: who works here, with which roles, and when they were last seen; invited, given roles and
disabled."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.people import Person
from core.moderation.permissions import Actor, Permission, can
from core.services.people import list_people
from dashboard.data_table import data_table
from dashboard.people.changes import change_one, invite_form, show_outcome
from dashboard.people.wording import lead_words, people_table
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

MOST_ROWS = 16


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        people = list_people(services.context, actor)
    except ConsoleError as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    may_manage = can(actor, Permission.MANAGE_PEOPLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.people"), width="content", anchor=False)
        st.space("stretch")
        if may_manage:
            invite_form(services, actor)
    show_outcome()
    if words := lead_words(people, publishes_alone=services.context.publishes_alone):
        st.warning(plain(words), icon=":material/group_off:")
    if not people:
        st.info(say("people.page.none"), icon=":material/group:")
        return
    _table(people)
    if may_manage:
        change_one(services, actor, people)


def _table(people: Sequence[Person]) -> None:
    data_table(
        people_table(people),
        {
            "name": st.column_config.TextColumn(say("people.table.name"), width="small"),
            "roles": st.column_config.TextColumn(say("people.table.roles"), width="small"),
            "last seen": st.column_config.DatetimeColumn(
                say("people.table.last_seen"), format="YYYY-MM-DD HH:mm", timezone="UTC"
            ),
            "may sign in": st.column_config.TextColumn(
                say("people.table.may_sign_in"), width="small"
            ),
            "from": st.column_config.TextColumn(say("people.table.origin"), width="large"),
        },
        key="people",
        alt=say("people.table.about"),
        most_rows=MOST_ROWS,
        grey=[person.disabled_at is not None for person in people],
    )


if __name__ == "__main__":
    render(current_services(), current_actor())
