"""A person's own preferences for the queue, their exposure, and what everybody leaves out."""

from datetime import timedelta

from core.errors import InvalidInput
from core.moderation.audit import AuditKind
from core.moderation.exposure import WINDOW, Exposure, exposure_to
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.preferences import (
    Preferences,
    changed_fields,
    limits_of_all,
    preferences_of,
)
from core.services.context import Context
from core.store.views import LeftOutCount
from core.texts.texts import STAFF_LANGUAGES

AT_WORK_FOR = timedelta(days=7)
"""Somebody who decided on a case within this time counts among everybody."""


def load_preferences(context: Context, actor: Actor) -> Preferences:
    """The actor's own preferences; the default ones if they never stored any."""
    check_can(actor, Permission.SET_PREFERENCES)
    with context.store.read() as reader:
        return reader.preferences(actor.id) or Preferences()


def save_preferences(context: Context, actor: Actor, preferences: Preferences) -> None:
    """Store the actor's own preferences. The audit trail names those that changed, and not the
    topics: what somebody can't read is their own business. Raises InvalidInput for a language that
    the console does not have."""
    check_can(actor, Permission.SET_PREFERENCES)
    if preferences.language not in (None, *STAFF_LANGUAGES):
        raise InvalidInput(f"the console can't be read in {preferences.language!r}")
    with context.store.write() as tx:
        changed = changed_fields(tx.preferences(actor.id) or Preferences(), preferences)
        if not changed:
            return
        audit = context.audit(
            AuditKind.PREFERENCES_CHANGED, actor, actor.id, changed=", ".join(changed)
        )
        tx.save_preferences(actor.id, preferences, context.clock.now(), audit)


def load_exposure(context: Context, actor: Actor) -> Exposure:
    """How many texts the actor decided on in the last hour, and how many of them were severe."""
    check_can(actor, Permission.DECIDE)
    since = context.clock.now() - WINDOW
    with context.store.read() as reader:
        texts = reader.reviewed_since(actor.id, since)
        return exposure_to(texts, reader.policy_in_force(), since)


def count_left_out(context: Context, actor: Actor) -> LeftOutCount:
    """The waiting cases that everybody at work leaves out of their queue, so that somebody has to
    be found for them."""
    check_can(actor, Permission.DECIDE_ESCALATED)
    with context.store.read() as reader:
        people = reader.people_deciding(context.clock.now() - AT_WORK_FOR)
        everyone = preferences_of(people, reader.all_preferences())
        return reader.count_left_out(limits_of_all(everyone))
