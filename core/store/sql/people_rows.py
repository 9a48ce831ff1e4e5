"""People, their sign-ins and their preferences as rows."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import RowMapping

from core.moderation.people import Person
from core.moderation.permissions import Role
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.moderation.sign_ins import SignIn
from core.store.sql.rows import from_micros, maybe_time, to_micros


def person_to_row(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "given": _names(person.given),
        "told": _names(person.told),
        "invited_by": person.invited_by,
        "invited_at": to_micros(person.invited_at) if person.invited_at else None,
        "last_seen_at": to_micros(person.last_seen_at) if person.last_seen_at else None,
        "disabled_at": to_micros(person.disabled_at) if person.disabled_at else None,
    }


def person_from_row(row: RowMapping) -> Person:
    return Person(
        name=row["name"],
        given=_roles(row["given"]),
        told=_roles(row["told"]),
        invited_by=row["invited_by"],
        invited_at=maybe_time(row["invited_at"]),
        last_seen_at=maybe_time(row["last_seen_at"]),
        disabled_at=maybe_time(row["disabled_at"]),
    )


def sign_in_to_row(sign_in: SignIn) -> dict[str, object]:
    return {
        "token_digest": sign_in.token_digest,
        "actor": sign_in.actor_id,
        "signed_in_at": to_micros(sign_in.signed_in_at),
        "role": sign_in.role.value if sign_in.role else None,
        "checked_at": to_micros(sign_in.checked_at) if sign_in.checked_at else None,
        "asked_at": to_micros(sign_in.asked_at) if sign_in.asked_at else None,
        "sealed": sign_in.sealed,
    }


def sign_in_from_row(row: RowMapping) -> SignIn:
    return SignIn(
        token_digest=row["token_digest"],
        actor_id=row["actor"],
        signed_in_at=from_micros(row["signed_in_at"]),
        role=Role(row["role"]) if row["role"] else None,
        checked_at=maybe_time(row["checked_at"]),
        asked_at=maybe_time(row["asked_at"]),
        sealed=row["sealed"],
    )


def preferences_to_json(stored: Preferences) -> str:
    """What the column `body` holds."""
    return json.dumps(asdict(stored), sort_keys=True)


def preferences_from_row(row: RowMapping) -> Preferences:
    body = json.loads(row["body"])
    return Preferences(
        has_shortcuts=body["has_shortcuts"],
        masks_severe=body["masks_severe"],
        left_out=tuple(Label(name) for name in body["left_out"]),
        is_lighter=body["is_lighter"],
        language=body.get("language"),  # those stored before there was a choice have none
    )


def _names(roles: Iterable[Role]) -> str:
    return " ".join(roles)


def _roles(names: str) -> tuple[Role, ...]:
    return tuple(Role(name) for name in names.split())
