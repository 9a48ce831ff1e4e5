"""Golden items and the figures of quality by real services."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.disagreements import drop_golden, list_agreed, make_golden
from core.services.quality import load_quality
from tests.factories import CLEAN, HELD, LEAD, REMOVED, decided, make_services, scored
from tests.integration.quality_calls import (
    BEGINNING,
    NEARLY_ALL,
    PIA,
    agreed,
    differing,
    golden,
    judged,
    waiting,
)
from tests.state_checks import broken_invariants, place_of

RAVI = Actor("ravi", Role.MODERATOR)


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url, second_look_share=NEARLY_ALL)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def test_golden_items_are_made_and_dropped(site: Services) -> None:
    look = agreed(site)
    assert [item.look for item in list_agreed(site.context, PIA, golden=False)] == [look]
    make_golden(site.context, PIA, look.id)
    (item,) = list_agreed(site.context, PIA, golden=True)
    assert item.look == replace(look, golden_by="pia")
    with pytest.raises(RuleBroken, match="pia has made it golden"):
        make_golden(site.context, LEAD, look.id)
    drop_golden(site.context, LEAD, look.id)
    assert list_agreed(site.context, PIA, golden=True) == []
    with pytest.raises(RuleBroken, match="no golden item"):
        drop_golden(site.context, LEAD, look.id)
    with site.context.store.read() as reader:
        kinds = [event.kind for event in reader.audit_trail(look.revision_id)]
    assert kinds[-2:] == [AuditKind.GOLDEN_MADE, AuditKind.GOLDEN_DROPPED]


def test_one_of_the_two_makes_no_golden_item(site: Services) -> None:
    look = judged(site, waiting(site, actor=LEAD), Action.REMOVE)
    with pytest.raises(PermissionDenied, match="third person"):
        make_golden(site.context, LEAD, look.id)
    with pytest.raises(RuleBroken, match="said alike"):
        make_golden(site.context, PIA, differing(site).id)


def test_the_figures_of_two_who_differ(site: Services) -> None:
    for _ in range(3):
        agreed(site)
    differing(site)
    waiting(site)
    item = golden(site)
    judged(site, item, Action.APPROVE, actor=RAVI)
    report = load_quality(site.context, PIA, site.policy_history, BEGINNING)
    assert report.since == BEGINNING
    (pair,) = report.pairs
    assert (pair.people, pair.found.pairs, pair.found.raw.value) == (("mina", "tomas"), 5, 0.8)
    assert pair.found.is_few
    assert report.found == pair.found
    assert {each.reason_code: each.named for each in report.reasons} == {
        "harassment": 5,
        "threat": 4,
    }
    assert (report.disagreements, report.waiting) == (1, 1)
    (result,) = report.golden
    assert (result.actor, result.found.share, result.found.judged) == ("ravi", 0.0, 1)
    assert (report.missed.checked, report.missed.missed, report.missed.found) == (0, None, None)


def test_a_span_has_only_its_answers(site: Services) -> None:
    agreed(site)
    now = site.clock.now()
    report = load_quality(site.context, PIA, site.policy_history, now)
    assert (report.found, report.pairs, report.reasons) == (None, [], [])


@pytest.mark.slow
def test_missed_abuse_is_estimated_from_the_audits(tmp_path: Path) -> None:
    site = make_services(tmp_path, audit_share=NEARLY_ALL, second_look_share=0)
    for number in range(24):
        revision = scored(site, f"{CLEAN} {number}", author=f"a{number}")
        decided(site, revision, Action.REMOVE if number < 3 else Action.APPROVE)
    for number in range(24):
        scored(site, f"{REMOVED} {number}")
        decided(site, scored(site, f"{HELD} {number}", author=f"b{number}"), Action.REMOVE)
    found = load_quality(site.context, PIA, site.policy_history, BEGINNING).missed
    assert (found.passed, found.checked) == (24, 24)
    assert found.missed is not None
    assert found.missed.share == pytest.approx(3 / 24)
    assert 0 < found.missed.low < 3 / 24 < found.missed.high < 1
    assert found.found is not None
    assert found.found.share == pytest.approx(24 / 27)
    site.close()
