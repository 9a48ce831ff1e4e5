"""Second looks at an erased text: what people wrote about it goes, what they found stays."""

from pathlib import Path

import pytest

from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.disagreements import settle
from core.services.erasure import erase_author
from core.services.quality import load_quality
from core.services.second_looks import next_look
from tests.factories import make_services
from tests.integration.quality_calls import (
    BEGINNING,
    NEARLY_ALL,
    PIA,
    WHY,
    differing,
    golden,
    judged,
    waiting,
)
from tests.state_checks import broken_invariants, place_of, state_rows

pytestmark = pytest.mark.slow

RAVI = Actor("ravi", Role.MODERATOR)
NOTES = (
    "SELECT second_note, settled_note FROM second_looks",
    "SELECT note FROM golden_answers",
)


def test_words_go_and_figures_stay(tmp_path: Path, each_state_url: str) -> None:
    site = make_services(tmp_path, state_url=each_state_url, second_look_share=NEARLY_ALL)
    settle(site.context, PIA, differing(site).id, Action.APPROVE, because=WHY)
    judged(site, golden(site), Action.APPROVE, actor=RAVI, note="Read twice.")
    waiting(site)
    place = place_of(site.settings)
    before = load_quality(site.context, PIA, site.policy_history, BEGINNING)
    assert any(any(row) for query in NOTES for row in state_rows(place, query))
    list(erase_author(site.context, SYSTEM, "test", "sam"))
    assert not any(any(row) for query in NOTES for row in state_rows(place, query))
    after = load_quality(site.context, PIA, site.policy_history, BEGINNING)
    assert (after.found, after.pairs, after.reasons) == (before.found, before.pairs, before.reasons)
    assert after.golden == before.golden
    assert next_look(site.context, RAVI) is None  # nobody is asked to judge an empty text
    assert broken_invariants(place) == {}
    site.close()
