"""Who works here: invited, given roles, disabled, each change with its audit event."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.moderation.audit import AuditKind
from core.moderation.people import (
    PEOPLE,
    Person,
    actor_of,
    check_given,
    check_in_charge,
    check_known,
    check_new,
)
from core.moderation.permissions import Actor, Permission, Role, check_can
from core.moderation.second_person import is_alone
from core.services.context import Context
from core.store.base import Reader, Writer


def list_people(context: Context, actor: Actor) -> Sequence[Person]:
    """Everybody who was invited or has signed in, by name. Raises PermissionDenied."""
    check_can(actor, Permission.SEE_PEOPLE)
    with context.store.read() as reader:
        known = people_here(context, reader)
    return [known[name] for name in sorted(known, key=str.casefold)]


def list_demo_staff(context: Context) -> Sequence[Actor]:
    """As whom one may sign in by the demo sign-in: nobody with an identity provider."""
    if not context.demo_staff:
        return []
    with context.store.read() as reader:
        known = people_here(context, reader)
    return [actor for person in known.values() if (actor := actor_of(person))]


def find_demo_staff(context: Context, name: str | None) -> Actor | None:
    """The person of that name in the demo sign-in, None if there is none any more."""
    return next((actor for actor in list_demo_staff(context) if actor.id == name), None)


def invite_person(context: Context, actor: Actor, name: str, roles: Sequence[Role]) -> Person:
    """They may sign in from now on, by that name. Raises PermissionDenied, InvalidInput and
    RuleBroken."""
    check_can(actor, Permission.MANAGE_PEOPLE)
    given = check_given(roles)
    with context.store.write() as tx:
        check_new(name, people_here(context, tx).get(name), given)
        person = Person(name, given, invited_by=actor.id, invited_at=context.clock.now())
        _save(context, tx, actor, AuditKind.PERSON_INVITED, person, roles=" ".join(given))
        return person


def give_roles(context: Context, actor: Actor, name: str, roles: Sequence[Role]) -> Person:
    """From now on these are the roles given here; those of which the identity provider tells stay.
    Raises PermissionDenied, InvalidInput, NotFound and RuleBroken."""
    check_can(actor, Permission.MANAGE_PEOPLE)
    given = check_given(roles)
    with context.store.write() as tx:
        known = check_known(name, people_here(context, tx).get(name))
        person = replace(known, given=given)
        told = {"roles": " ".join(given), "before": " ".join(known.given)}
        _save(context, tx, actor, AuditKind.PERSON_GIVEN_ROLES, person, **told)
        return person


def disable_person(context: Context, actor: Actor, name: str) -> Person:
    """They are signed out and can't sign in; what they decided stays. Raises PermissionDenied,
    NotFound and RuleBroken."""
    return _set_disabled(context, actor, name, AuditKind.PERSON_DISABLED)


def enable_person(context: Context, actor: Actor, name: str) -> Person:
    """They may sign in again, with the roles they had. Raises PermissionDenied, NotFound
    and RuleBroken."""
    return _set_disabled(context, actor, name, AuditKind.PERSON_ENABLED)


def people_here(context: Context, reader: Reader) -> Mapping[str, Person]:
    """Everybody by name: in the demo sign-in its made-up people, too."""
    demo = {person.name: person for person in context.demo_staff}
    return demo | {person.name: person for person in reader.people()}


def is_alone_here(context: Context, reader: Reader, actor: Actor, permission: Permission) -> bool:
    """Whether nobody else here has that permission."""
    return is_alone(actor, people_here(context, reader).values(), permission)


def note_seen(context: Context, tx: Writer, person: Person) -> None:
    """The person signed in, or their sign-in was renewed."""
    tx.note_seen(replace(person, last_seen_at=context.clock.now()))


def _set_disabled(context: Context, actor: Actor, name: str, kind: AuditKind) -> Person:
    check_can(actor, Permission.MANAGE_PEOPLE)
    is_disabled = kind is AuditKind.PERSON_DISABLED
    with context.store.write() as tx:
        known = check_known(name, people_here(context, tx).get(name))
        if (known.disabled_at is not None) == is_disabled:
            return known
        person = replace(known, disabled_at=context.clock.now() if is_disabled else None)
        tx.end_sign_ins_of(name)
        _save(context, tx, actor, kind, person)
        return person


def _save(
    context: Context, tx: Writer, actor: Actor, kind: AuditKind, person: Person, **told: str
) -> None:
    """Raises RuleBroken if whoever changes it may not, as things stand now."""
    check_in_charge(people_here(context, tx).get(actor.id))
    if person.name == actor.id:
        check_in_charge(person)
    tx.save_person(person, context.audit(kind, actor, PEOPLE, name=person.name, **told))
