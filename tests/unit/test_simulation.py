"""A draft of the policy on the past: what flips, what it finds, and how sure that is."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.default_policy import default_policy
from core.moderation.estimates import FEWEST_JUDGED, abuse_found, bound_of, removed_rightly
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED, History, joined, seconds_a_case
from core.moderation.policies import Action, Policy, Rule
from core.moderation.scores import Label
from core.moderation.simulation import simulate
from core.moderation.verdict_columns import ACTIONS

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def policy(hold: float, remove: float = 1.0) -> Policy:
    """One label: approve, hold from, remove from."""
    edges = [(0.0, hold, Action.APPROVE), (hold, remove, Action.HOLD), (remove, 1.0, Action.REMOVE)]
    rules = tuple(
        Rule(f"toxicity-{action}", Label.TOXICITY, low, high, action, "harassment")
        for low, high, action in edges
        if low < high
    )
    return replace(default_policy(NOW), rules=rules)


def history(
    scores, verdicts=None, authors=None, held_from=0.5, chances=None, judged_at=None, judges=None
) -> History:
    """Held from `held_from`, and then sure to be looked at; `chances` are those of the others."""
    scores = np.asarray(scores, float)
    count = len(scores)
    is_held = scores >= held_from
    hold, approve = ACTIONS.index(Action.HOLD), ACTIONS.index(Action.APPROVE)
    none = np.zeros(count, np.int64)
    return History(
        ids=np.array([f"{row:032x}".encode() for row in range(count)], "S32"),
        decided_at=np.arange(count, dtype=np.int64),
        received_at=np.arange(count, dtype=np.int64),
        scores={
            label: scores if label is Label.TOXICITY else np.full(count, np.nan) for label in Label
        },
        unread=np.zeros(count, bool),
        models=none,
        authors=np.arange(count) if authors is None else np.asarray(authors),
        actions=np.where(is_held, hold, approve).astype(np.int8),
        chances=np.where(is_held, 1.0, 0.0 if chances is None else np.asarray(chances, float)),
        verdicts=np.full(count, NOT_JUDGED, np.int8)
        if verdicts is None
        else np.asarray(verdicts, np.int8),
        judges=none if judges is None else np.asarray(judges, np.int64),
        judged_at=none if judged_at is None else np.asarray(judged_at, np.int64),
    )


def test_what_flips_is_counted_by_kind_and_by_author() -> None:
    past = history([0.1, 0.35, 0.4, 0.45, 0.6, 0.95], authors=[1, 2, 2, 3, 4, 5])
    found = simulate(past, policy(0.5), policy(0.3, remove=0.9))
    assert found.flips().tolist() == [1, 2, 3, 5]
    assert found.flip_counts() == {
        (Action.APPROVE, Action.HOLD): 3,
        (Action.HOLD, Action.REMOVE): 1,
    }
    assert found.most_by_one_author() == 2
    assert found.counts()[Action.HOLD] == (2, 4)
    assert found.counts()[Action.ESCALATE] == (0, 0)


def test_flips_are_grouped_by_direction_and_label_the_gravest_first() -> None:
    past = history([0.1, 0.35, 0.4, 0.45, 0.6, 0.95])
    groups = simulate(past, policy(0.5), policy(0.3, remove=0.9)).groups()
    assert [(one.before, one.after, one.label, one.rows.tolist()) for one in groups] == [
        (Action.HOLD, Action.REMOVE, Label.TOXICITY, [5]),
        (Action.APPROVE, Action.HOLD, Label.TOXICITY, [3, 2, 1]),
    ]
    back = simulate(past, policy(0.3, remove=0.9), policy(0.5)).groups()
    assert [(one.before, one.after, one.label) for one in back] == [
        (Action.REMOVE, Action.HOLD, Label.TOXICITY),
        (Action.HOLD, Action.APPROVE, Label.TOXICITY),
    ]


def test_a_text_that_was_not_read_whole_is_held_for_no_label() -> None:
    past = replace(history([0.1, 0.1]), unread=np.array([True, False]))
    assert simulate(past, policy(0.5), policy(0.6)).groups() == []
    (group,) = simulate(past, policy(0.05, remove=0.09), policy(0.5)).groups()[:1]
    assert (group.after, group.label) == (Action.HOLD, Label.TOXICITY)


def test_the_same_policy_flips_nothing() -> None:
    found = simulate(history([0.1, 0.6]), policy(0.5), policy(0.5))
    assert found.flips().tolist() == []
    assert found.flip_counts() == {}
    assert found.groups() == []
    assert found.most_by_one_author() == 0


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
)
def test_a_row_flips_where_the_thresholds_disagree(scores, before, after) -> None:
    found = simulate(history(scores), policy(before), policy(after))
    expected = [n for n, one in enumerate(scores) if (one >= before) != (one >= after)]
    assert found.flips().tolist() == expected


def test_without_drawn_comments_it_is_not_known_how_much_is_found() -> None:
    scores = np.linspace(0, 1, 200)
    verdicts = np.where(scores >= 0.5, REMOVED, NOT_JUDGED)
    past = history(scores, verdicts)
    actions = simulate(past, policy(0.5), policy(0.5)).after
    assert abuse_found(past, actions) is None
    # Reports brought some others to a person: their share among all is unknown, too.
    reported = history(scores, np.where(scores > 0.4, REMOVED, NOT_JUDGED))
    assert abuse_found(reported, actions) is None


def test_where_all_were_drawn_and_judged_the_share_is_the_true_one() -> None:
    scores = np.tile([0.1, 0.2, 0.6, 0.8], 50)
    verdicts = np.tile([KEPT, REMOVED, KEPT, REMOVED], 50)
    past = history(scores, verdicts, chances=np.where(scores < 0.5, 1.0, 0.0))
    actions = simulate(past, policy(0.5), policy(0.5, remove=0.7)).after
    found = abuse_found(past, actions)
    assert found is not None
    assert found.share == pytest.approx(0.5)
    assert (found.judged, found.low < 0.5 < found.high) == (100, True)
    right = removed_rightly(past, actions)
    assert right is not None
    assert right.share == 1.0
    assert 0.9 < right.low < 1.0, "50 of 50 is not surely all"


def test_a_comment_stands_for_as_many_as_its_chance_says() -> None:
    """The share of audits was .5 and became .1: 80 passed comments, 40 of them judged and all kept;
    then 400, 40 of them judged, 20 of those abuse. So of the passed ones 200 are abuse, beside
    100 that were held."""
    judged = [*[KEPT] * 40, *[NOT_JUDGED] * 40, *[REMOVED] * 20, *[KEPT] * 20, *[NOT_JUDGED] * 360]
    drawn = [*[0.5] * 40, *[0.0] * 40, *[0.1] * 40, *[0.0] * 360]
    past = history(
        [0.2] * 480 + [0.7] * 100, [*judged, *[REMOVED] * 100], chances=[*drawn, *[0.0] * 100]
    )
    found = abuse_found(past, simulate(past, policy(0.5), policy(0.5)).after)
    assert found is not None
    assert found.share == pytest.approx(100 / 300)


def test_what_a_draft_would_remove_is_weighed_by_its_chances_too() -> None:
    """Of 100 passed comments 20 were drawn and kept; 20 were held, and people removed them. A draft
    that removes all 120 is right about one in six, not about every second one."""
    judged = [*[KEPT] * 20, *[NOT_JUDGED] * 80, *[REMOVED] * 20]
    drawn = [*[0.2] * 20, *[0.0] * 100]
    past = history([0.2] * 100 + [0.7] * 20, judged, chances=drawn)
    right = removed_rightly(past, simulate(past, policy(0.5), policy(0.1, remove=0.1)).after)
    assert right is not None
    assert right.share == pytest.approx(1 / 6)
    assert right.low < 1 / 6 < right.high < 0.5


def test_too_few_judged_comments_give_no_figure() -> None:
    count = FEWEST_JUDGED - 1
    past = history([0.9] * count, [REMOVED] * count)
    actions = simulate(past, policy(0.5), policy(0.5, remove=0.8)).after
    assert removed_rightly(past, actions) is None
    more = history([0.9] * (count + 1), [REMOVED] * (count + 1))
    assert removed_rightly(more, simulate(more, policy(0.5), policy(0.5, remove=0.8)).after)


def test_what_nobody_judged_is_bounded() -> None:
    past = history([0.9] * 4, [REMOVED, KEPT, NOT_JUDGED, NOT_JUDGED])
    bound = bound_of(past, np.arange(4))
    assert (bound.low, bound.high, bound.judged, bound.unjudged) == (0.25, 0.75, 2, 2)
    nothing = bound_of(past, np.array([], int))
    assert (nothing.low, nothing.high) == (0.0, 1.0)


def drawn_population(seed: int, share: float) -> tuple[History, float, float]:
    """20,000 comments by authors who write some each; the true share of abuse from .5 on, and that
    of abuse among all from .3 on."""
    chance = np.random.default_rng(seed)
    authors = chance.integers(0, 8_000, 20_000)
    scores = chance.beta(0.5, 2.5, 20_000)
    is_abuse = chance.random(20_000) < scores * 0.8
    is_flagged = scores >= 0.5
    is_drawn = ~is_flagged & (chance.random(20_000) < share)
    is_judged = is_drawn | (is_flagged & (chance.random(20_000) < 0.7))
    verdicts = np.where(is_judged, np.where(is_abuse, REMOVED, KEPT), NOT_JUDGED)
    past = history(scores, verdicts, authors, chances=np.where(is_drawn, share, 0.0))
    is_removed = scores >= 0.3
    right = float((is_abuse & is_removed).sum() / is_removed.sum())
    return past, float((is_abuse & is_flagged).sum() / is_abuse.sum()), right


@pytest.mark.slow
def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    hits = []
    for seed in range(200):
        past, share_found, share_right = drawn_population(seed, share=0.03)
        found = abuse_found(past, simulate(past, policy(0.5), policy(0.5)).after)
        draft = policy(0.3, remove=0.3)
        right = removed_rightly(past, simulate(past, policy(0.5), draft).after)
        assert found is not None
        assert right is not None
        hits.append(
            (found.low <= share_found <= found.high, right.low <= share_right <= right.high)
        )
    for share in np.mean(hits, axis=0):
        assert 0.9 <= share <= 0.99


def test_what_the_model_removed_by_itself_is_no_sample() -> None:
    scores = np.tile([0.2, 0.6, 0.95], 50)
    verdicts = np.tile([REMOVED, REMOVED, KEPT], 50)
    past = history(scores, verdicts, chances=np.where(scores < 0.5, 1.0, 0.0))
    removing = np.where(scores > 0.9, ACTIONS.index(Action.REMOVE), past.actions).astype(np.int8)
    past = replace(past, actions=removing, chances=np.where(scores > 0.9, 0.0, past.chances))
    actions = simulate(past, policy(0.5, remove=0.9), policy(0.5, remove=0.9)).after
    found = abuse_found(past, actions)
    assert found is not None
    assert (found.share, found.judged) == (0.5, 100)
    assert removed_rightly(past, actions) is None, "only those who objected were looked at"


def test_what_a_report_brought_to_a_person_stands_for_nothing() -> None:
    scores = np.tile([0.2, 0.6], 100)
    past = history(scores, np.full(200, REMOVED), chances=np.where(scores < 0.5, 0.5, 0.0))
    reported = replace(past, chances=np.where(np.arange(200) < 100, past.chances, 0.0))
    actions = simulate(past, policy(0.5), policy(0.5)).after
    found = abuse_found(reported, actions)
    assert found is not None
    assert (found.share, found.judged) == (0.5, 100)


def test_seconds_a_case_are_between_decisions_of_one_person() -> None:
    starts = np.array([0, 1_000_000_000])
    times = np.concatenate([starts[0] + np.arange(15) * 8_000_000, starts[1] + np.arange(15) * 4e6])
    judges = np.repeat([1, 2], 15)
    scores, verdicts = np.full(30, 0.9), np.full(30, REMOVED)
    past = history(scores, verdicts, judged_at=times, judges=judges)
    assert seconds_a_case(past) == 6.0
    with_pauses = np.concatenate([times[:15], times[15:] + np.repeat([0, 400_000_000], [7, 8])])
    assert seconds_a_case(history(scores, verdicts, judged_at=with_pauses, judges=judges)) == 8.0
    together = history(scores, verdicts, judged_at=np.arange(30), judges=np.ones(30))
    assert seconds_a_case(together) is None
    assert seconds_a_case(history(scores, verdicts)) is None


def test_many_comments_of_one_author_count_little() -> None:
    scores = [0.9] * 200
    verdicts = [REMOVED] * 100 + [KEPT] * 100
    actions = simulate(history(scores), policy(0.5), policy(0.5, remove=0.8)).after
    by_many = removed_rightly(history(scores, verdicts), actions)
    by_few = removed_rightly(history(scores, verdicts, authors=np.arange(200) // 25), actions)
    assert by_many is not None
    assert by_few is not None
    assert by_few.high - by_few.low > 2 * (by_many.high - by_many.low)


@given(st.lists(st.floats(0, 1), max_size=20), st.integers(0, 20))
def test_rows_that_are_cut_and_joined_are_those_before(scores, place) -> None:
    past = history(scores)
    rows = np.arange(len(past))
    again = joined([past.at(rows < place), past.at(rows >= place)])
    assert again.ids.tolist() == past.ids.tolist()
    assert again.scores[Label.TOXICITY].tolist() == past.scores[Label.TOXICITY].tolist()
    assert np.isnan(again.scores[Label.THREAT]).all()
    assert again.actions.tolist() == past.actions.tolist()
