"""Calibration: its bound, its counts, and when it is refused."""

import pytest

from core.errors import RuleBroken
from core.inference.fake import LABELS
from core.moderation.scores import Label
from core.store.views import ScoredText
from tests.integration.stub_cascade import NOW, StubFirstStage, comments, run, stored


def test_calibration_tells_what_was_cleared_and_missed() -> None:
    found, log = run(comments(100, missed=1))
    assert (found.comments, found.flagged, found.missed) == (200, 100, 1)
    assert found.bound == pytest.approx(0.0466, abs=1e-4)
    assert found.share_cleared == 101 / 200
    assert (found.full_version, found.first_version) == ("fake-1", "stub-1")
    assert (found.policy_version, found.data, found.made_at) == (1, "test", NOW)
    assert log.records == []  # stored scores are enough


def test_where_a_miss_more_would_break_the_promise_nothing_like_it_is_cleared() -> None:
    found, _ = run(comments(100, missed=2))
    assert (found.missed, found.share_cleared) == (0, 0.0)


def test_too_few_flags_are_named_with_how_many_it_takes() -> None:
    with pytest.raises(RuleBroken, match=r"158 distinct .* 58 of them .* takes 59 flagged"):
        run(comments(58))
    with pytest.raises(RuleBroken, match=r"1\.00% of the flags are missed takes 299 flagged"):
        run(comments(100), promise=0.01)
    with pytest.raises(RuleBroken, match="0 distinct comments"):
        run([])


def test_a_text_posted_again_counts_once() -> None:
    again = [stored("you m\u200boron number 1"), *comments(58)]
    with pytest.raises(RuleBroken, match=r"158 distinct comments, 58 of them"):
        run([*comments(58), *again])


def test_what_the_full_model_did_not_score_is_scored_now() -> None:
    """A comment cleared earlier has the first stage's scores, by which no flag would be missed."""
    cleared = [ScoredText(f"a moron number {n}", {Label.THREAT: 0.0}, "stub-1") for n in range(99)]
    found, log = run([*comments(100, fine=1), *cleared])
    assert (found.comments, found.flagged) == (200, 199)
    assert sum(record.batch_size for record in log.records) == 99


def test_first_stage_that_does_not_see_all_labels_is_refused() -> None:
    class Blind(StubFirstStage):
        labels = LABELS[1:]

    with pytest.raises(RuleBroken, match=r"does not predict toxicity.*policy 1 acts on"):
        run(comments(100), first=Blind())
