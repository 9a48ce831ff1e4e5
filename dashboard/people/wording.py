"""The words of the page People."""

from collections.abc import Sequence

import pandas as pd

from core.moderation.people import Person, actor_of
from core.moderation.permissions import Permission, Role, can
from dashboard.staff_texts import say
from dashboard.wording import ROLE_NAMES, ROLES, role_names

SETTING = "MODCONSOLE_PUBLISH_ALONE=yes"


def lead_words(people: Sequence[Person], *, publishes_alone: bool) -> str:
    """That there is no second person for what takes two; empty if there is."""
    able = [
        actor.id
        for person in people
        if (actor := actor_of(person)) and can(actor, Permission.PUBLISH_POLICY)
    ]
    if len(able) > 1:
        return ""
    if not able:
        return say("people.second.no_lead")
    if publishes_alone:
        return say("people.second.alone", name=able[0])
    return say("people.second.alone_or_setting", name=able[0], setting=SETTING)


def role_words(role: Role) -> str:
    """A role with what it is for."""
    return say("people.role_use.with_use", role=ROLE_NAMES[role], use=ROLES[role])


def people_table(people: Sequence[Person]) -> pd.DataFrame:
    """A row for each person."""
    return pd.DataFrame(
        [
            {
                "name": person.name,
                "roles": role_names(person.roles) or say("people.table.no_role"),
                "last seen": person.last_seen_at,
                "may sign in": _state(person),
                "from": _origin(person),
            }
            for person in people
        ]
    )


def _state(person: Person) -> str:
    if person.disabled_at is not None:
        return say("people.table.disabled", day=f"{person.disabled_at:%Y-%m-%d}")
    return say("people.table.may") if person.roles else say("people.table.may_not")


def _origin(person: Person) -> str:
    told, given, by = role_names(person.told), role_names(person.given), person.invited_by
    parts = [say("people.table.told", roles=told)] if told else []
    if given and by:
        parts.append(say("people.table.given_by", person=by, roles=given))
    elif given:
        parts.append(say("people.table.given", roles=given))
    return "; ".join(parts) or say("people.table.no_role")
