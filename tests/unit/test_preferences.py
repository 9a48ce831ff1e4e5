"""A person's preferences, what they leave out of the queue, and their exposure."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.moderation.default_policy import default_policy
from core.moderation.exposure import (
    PAUSE_AFTER,
    SEVERE_FROM,
    Exposure,
    ReviewedText,
    exposure_to,
    grave_reasons,
    is_severe,
)
from core.moderation.preferences import (
    Preferences,
    QueueLimits,
    changed_fields,
    limits_of,
    limits_of_all,
    preferences_of,
)
from core.moderation.scores import Label

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = default_policy(NOW)
ANY = st.builds(
    Preferences,
    left_out=st.lists(st.sampled_from(list(Label)[1:])).map(tuple),
    is_lighter=st.booleans(),
)


def test_severe_words_are_masked_and_keys_work_unless_one_says_otherwise() -> None:
    assert Preferences() == Preferences(True, True, (), False)
    assert limits_of(Preferences()) == QueueLimits((), None)


def test_labels_are_kept_in_their_order_and_once() -> None:
    given_twice = (Label.INSULT, Label.TOXICITY, Label.INSULT)
    assert Preferences(left_out=given_twice).left_out == (Label.TOXICITY, Label.INSULT)


def test_not_every_topic_can_be_left_out() -> None:
    with pytest.raises(InvalidInput, match="one topic at least"):
        Preferences(left_out=tuple(Label))


def test_a_label_that_is_asked_for_by_name_is_shown() -> None:
    person = Preferences(left_out=(Label.THREAT, Label.INSULT), is_lighter=True)
    assert limits_of(person) == QueueLimits((Label.THREAT, Label.INSULT), SEVERE_FROM)
    assert limits_of(person, asked=Label.THREAT).left_out == (Label.INSULT,)


@given(st.lists(ANY, max_size=4))
def test_what_all_leave_out_is_left_out_by_each(everyone: list[Preferences]) -> None:
    limits = limits_of_all(everyone)
    for label in Label:
        by_each = bool(everyone) and all(label in each.left_out for each in everyone)
        assert (label in limits.left_out) is by_each
    is_light = bool(everyone) and all(each.is_lighter for each in everyone)
    assert limits.score_below == (SEVERE_FROM if is_light else None)


def test_who_never_stored_any_leaves_out_nothing() -> None:
    light = Preferences(is_lighter=True)
    assert preferences_of(["mina", "tomas"], {"mina": light}) == (light, Preferences())


def test_changes_are_named() -> None:
    after = Preferences(masks_severe=False, left_out=(Label.THREAT,))
    assert changed_fields(Preferences(), after) == ("masks_severe", "left_out")
    assert changed_fields(after, after) == ()


@pytest.mark.parametrize(
    ("scores", "removed_for", "severe"),
    [
        ({Label.INSULT: SEVERE_FROM}, set(), True),
        ({Label.INSULT: SEVERE_FROM - 0.01, Label.THREAT: 0.9}, set(), False),
        ({}, set(), False),
        ({}, {"threat"}, True),
        ({Label.INSULT: 0.4}, {"identity_attack", "spam"}, True),
        ({Label.INSULT: 0.4}, {"harassment"}, False),
    ],
)
def test_severe_is_a_high_score_or_a_removal_for_a_grave_reason(
    scores: dict[Label, float], removed_for: set[str], severe: bool
) -> None:
    text = ReviewedText("r", scores, removed_for)
    assert is_severe(text, grave_reasons(POLICY)) is severe


def test_grave_reasons_are_those_of_threats_and_identity_attacks() -> None:
    assert grave_reasons(POLICY) == {"threat", "identity_attack"}


def test_a_pause_is_suggested_after_so_many_severe_ones() -> None:
    severe = ReviewedText("r", {Label.INSULT: 1.0})
    mild = ReviewedText("r", {Label.INSULT: 0.5})
    found = exposure_to([severe] * (PAUSE_AFTER - 1) + [mild], POLICY, NOW)
    assert found == Exposure(PAUSE_AFTER - 1, PAUSE_AFTER, NOW)
    assert not found.suggests_pause
    assert exposure_to([severe] * PAUSE_AFTER, POLICY, NOW).suggests_pause
