"""Policy version 1 uses the thresholds recommended for the shipped model."""

import json

import pytest

from core.inference.manifest import SHIPPED_MODEL
from core.moderation.default_policy import BANDS
from core.moderation.scores import Label

RECOMMENDED = json.loads((SHIPPED_MODEL / "manifest.json").read_text())["thresholds"]


@pytest.mark.parametrize("label", sorted(RECOMMENDED))
def test_the_thresholds_are_those_the_models_manifest_recommends(label: str) -> None:
    hold, remove, _ = BANDS[Label(label)]
    assert RECOMMENDED[label] == {"hold": hold, "remove": remove}
