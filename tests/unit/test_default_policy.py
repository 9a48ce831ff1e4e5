"""Policy version 1 uses the thresholds recommended for the shipped model."""

import json
from datetime import UTC, datetime

import pytest

from core.inference.manifest import SHIPPED_MODEL
from core.moderation.decisions import judge
from core.moderation.default_policy import BANDS, default_policy
from core.moderation.policies import Action
from core.moderation.scores import Label
from tests.policies import removing_policy

RECOMMENDED = json.loads((SHIPPED_MODEL / "manifest.json").read_text())["thresholds"]


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("label", sorted(RECOMMENDED))
def test_the_thresholds_are_those_the_models_manifest_recommends(label: str) -> None:
    hold, remove, _ = BANDS[Label(label)]
    assert RECOMMENDED[label] == {"hold": hold, "remove": remove}


def test_nothing_is_removed_by_a_label_of_which_no_precision_is_known() -> None:
    """Other backends score labels that the shipped model does not assess."""
    unknown = tuple(label for label in Label if label not in RECOMMENDED)
    assert unknown == (Label.SEVERE_TOXICITY,)
    assert judge({Label.SEVERE_TOXICITY: 1.0}, default_policy(NOW)).action is Action.HOLD


def test_a_label_without_an_edge_for_removal_is_held_up_to_the_highest_score(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BANDS, Label.THREAT, (0.3, None, "threat"))
    policy = default_policy(NOW)
    assert policy.thresholds(Label.THREAT) == {Action.APPROVE: 0.0, Action.HOLD: 0.3}
    assert judge({Label.THREAT: 1.0}, policy).action is Action.HOLD
    assert policy.removed_by_people((Label.THREAT,)) == (Label.THREAT,)
    removing = removing_policy(NOW)
    assert removing.removed_by_people(tuple(BANDS)) == ()
    assert removing.thresholds(Label.THREAT)[Action.HOLD] == 0.3


def test_a_label_with_an_edge_for_removal_is_held_up_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BANDS, Label.THREAT, (0.3, 0.9, "threat"))
    policy = default_policy(NOW)
    edges = {Action.APPROVE: 0.0, Action.HOLD: 0.3, Action.REMOVE: 0.9}
    assert policy.thresholds(Label.THREAT) == edges
    assert judge({Label.THREAT: 0.89}, policy).action is Action.HOLD
    assert judge({Label.THREAT: 0.9}, policy).action is Action.REMOVE
