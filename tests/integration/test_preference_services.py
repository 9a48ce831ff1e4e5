"""Preferences, exposure and what everybody leaves out, on a real state."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import InvalidInput
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.scores import Label
from core.services.preferences import (
    AT_WORK_FOR,
    count_left_out,
    load_exposure,
    load_preferences,
    save_preferences,
)
from core.store.views import LeftOutCount
from tests.factories import HELD, LEAD, MODERATOR, decided, make_services, scored

TOMAS = Actor("tomas", Role.MODERATOR)
MILD = "Vermin, the lot of them."
"""Held with scores below those of a severe comment."""
LIGHT = Preferences(left_out=(Label.INSULT,), is_lighter=True)


def test_each_person_has_their_own(services: Services) -> None:
    context = services.context
    save_preferences(context, MODERATOR, LIGHT)
    assert load_preferences(context, MODERATOR) == LIGHT
    assert load_preferences(context, TOMAS) == Preferences()


def test_a_change_is_audited_without_the_topics(services: Services) -> None:
    context = services.context
    save_preferences(context, MODERATOR, LIGHT)
    save_preferences(context, MODERATOR, LIGHT)
    with context.store.read() as reader:
        (event,) = reader.audit_trail(MODERATOR.id)
    assert (event.kind, event.actor) == (AuditKind.PREFERENCES_CHANGED, MODERATOR.id)
    assert dict(event.data) == {"changed": "left_out, is_lighter"}


def test_preferences_that_cannot_be_are_not_stored(services: Services) -> None:
    with pytest.raises(InvalidInput):
        save_preferences(services.context, MODERATOR, Preferences(left_out=tuple(Label)))
    assert load_preferences(services.context, MODERATOR) == Preferences()


def test_exposure_is_ones_own_of_the_last_hour(tmp_path: Path) -> None:
    """The same state, opened two hours and half an hour ago, and now."""
    for hours_ago, actor in ((2.0, MODERATOR), (0.5, MODERATOR), (0.25, TOMAS)):
        then = make_services(tmp_path, days_ago=hours_ago / 24)
        decided(then, scored(then, MILD), Action.REMOVE, actor=actor, reason_code="threat")
        then.close()
    now = make_services(tmp_path)
    revision = scored(now, MILD)
    decided(now, revision, Action.REMOVE)
    found = load_exposure(now.context, MODERATOR)
    now.close()
    assert (found.severe_this_hour, found.decided_this_hour) == (1, 2)
    since = datetime.now(UTC) - timedelta(hours=1)
    assert abs(found.since - since) < timedelta(minutes=5)


def test_a_topic_that_everybody_at_work_leaves_out_is_counted(services: Services) -> None:
    context = services.context
    waits = scored(services, HELD)
    with context.store.read() as reader:
        case = reader.case_of(waits.id)
    assert case is not None
    assert case.label is not None
    without_it = Preferences(left_out=(case.label,))
    for actor in (MODERATOR, TOMAS):
        decided(services, scored(services, HELD), Action.APPROVE, actor=actor)
    save_preferences(context, MODERATOR, without_it)
    assert count_left_out(context, LEAD) == LeftOutCount()
    save_preferences(context, TOMAS, without_it)
    assert count_left_out(context, LEAD) == LeftOutCount({case.label: 1})


def test_who_has_not_decided_lately_is_not_at_work(tmp_path: Path) -> None:
    long_ago = make_services(tmp_path, days_ago=AT_WORK_FOR / timedelta(days=1) + 0.1)
    decided(long_ago, scored(long_ago, HELD), Action.APPROVE, actor=TOMAS)
    long_ago.close()
    now = make_services(tmp_path)
    decided(now, scored(now, HELD), Action.APPROVE)
    scored(now, HELD)
    save_preferences(now.context, MODERATOR, LIGHT)
    left_out = count_left_out(now.context, LEAD)
    now.close()
    assert set(left_out.by_label) == {Label.INSULT}
