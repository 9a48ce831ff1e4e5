"""The words of the page People. Pure."""

from collections.abc import Sequence

import pandas as pd

from core.moderation.people import Person, actor_of
from core.moderation.permissions import Permission, Role, can
from dashboard.wording import ROLES

NAME_HELP_DEMO = "Anybody at this machine can then choose them at the sign-in."
NAME_HELP = (
    "Exactly as the identity provider names them ({claim}). They sign in there; this console sends "
    "them nothing, so tell them its address."
)
ROLES_HELP = "Besides the roles of which the identity provider tells."
DISABLING = (
    "They are signed out at once and can't sign in, whatever the identity provider says. What they "
    "decided stays, with their name."
)
NO_ROLE = "none"
ALONE = (
    "Only one person here may publish a policy or hear appeals: {name}. What they wrote or decided "
    "themselves takes a second one. Invite another lead{setting}."
)
NO_LEAD = "Nobody here may publish a policy or hear appeals. Invite a lead."
SETTING = ", or set MODCONSOLE_PUBLISH_ALONE=yes, so that they may publish their own policy"


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
        return NO_LEAD
    return ALONE.format(name=able[0], setting="" if publishes_alone else SETTING)


def role_words(role: Role) -> str:
    """A role with what it is for."""
    return f"{role}: {ROLES[role]}"


def people_table(people: Sequence[Person]) -> pd.DataFrame:
    """A row for each person."""
    return pd.DataFrame(
        [
            {
                "name": person.name,
                "roles": ", ".join(person.roles) or NO_ROLE,
                "last seen": person.last_seen_at,
                "may sign in": _state(person),
                "from": _origin(person),
            }
            for person in people
        ]
    )


def _state(person: Person) -> str:
    if person.disabled_at is not None:
        return f"disabled {person.disabled_at:%Y-%m-%d}"
    return "yes" if person.roles else "no, without a role"


def _origin(person: Person) -> str:
    parts = [f"told by the identity provider: {', '.join(person.told)}"] if person.told else []
    if person.given:
        by = f" by {person.invited_by}" if person.invited_by else ""
        parts.append(f"given here{by}: {', '.join(person.given)}")
    return "; ".join(parts) or NO_ROLE
