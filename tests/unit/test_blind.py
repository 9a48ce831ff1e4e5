"""What is left out where a blind case is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.moderation.blind import blind_case, blind_chain, is_hidden
from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from tests.unit.test_reports import chain

CASE = Case(
    "c", "r", CaseStatus.OPEN, CaseTrigger.BLIND, 0.75, None, datetime(2026, 11, 2, tzinfo=UTC)
)
AFTERWARDS = {Role.LEAD, Role.AUDITOR}


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_it_before_the_decision_holds_and_leads_do_afterwards(role: Role) -> None:
    actor, made = Actor("somebody", role), chain("hold", "approve!")
    later = made[-1].decided_at + timedelta(hours=1)
    for status in (CaseStatus.OPEN, CaseStatus.ESCALATED):
        assert is_hidden(replace(CASE, status=status), made[:1], actor, later)
    closed = replace(CASE, status=CaseStatus.CLOSED)
    assert is_hidden(closed, made, actor, later) is (role not in AFTERWARDS)
    pending = [made[0], replace(made[1], grace=timedelta(hours=2))]
    assert is_hidden(closed, pending, actor, later), "it could still be cancelled"
    for trigger in CaseTrigger:
        if trigger is not CaseTrigger.BLIND:
            assert not is_hidden(replace(CASE, trigger=trigger), made, actor, later)
    assert not is_hidden(None, made, actor, later)


@pytest.mark.parametrize(
    "people", [(), ("escalate!",), ("remove!", "undo"), ("escalate!", "approve!", "undo")]
)
def test_chains_of_held_and_approved_comments_are_alike(people: tuple[str, ...]) -> None:
    held, approved = (blind_chain(chain(first, *people)) for first in ("hold", "approve"))
    assert held == approved
    assert len(held) == 1 + len(people)
    assert all(past.action is Action.HOLD for past in held if past.is_automated or past.undoes)


def test_what_people_decided_stays() -> None:
    made = chain("approve", "escalate!", "remove!")
    assert blind_chain(made)[1:] == made[1:]


def test_case_is_shown_without_its_sampling_and_replies() -> None:
    case = replace(CASE, attention=Attention(5, 2, 1))
    assert blind_case(case) == replace(CASE, sampling=None, attention=Attention(0, 2, 1))
