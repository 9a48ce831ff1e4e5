"""The rules for clearing and calibration, on plain values."""

from dataclasses import replace
from datetime import UTC, datetime
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.clearing import (
    Promise,
    acting_edges,
    allowed_misses,
    blind_labels,
    flags_needed,
    is_flagged,
    missed_bounds,
    nearness,
    pass_threshold,
    promise_state,
    risk,
    share_at_least,
    share_at_most,
)
from core.moderation.default_policy import BANDS, default_policy
from core.moderation.policies import Action, Policy, Rule
from core.moderation.scores import Label

POLICY = default_policy(datetime(2026, 11, 1, tzinfo=UTC))
EDGES = {Label.TOXICITY: 0.5, Label.THREAT: 0.2}


def policy_of(*rules: Rule) -> Policy:
    return replace(POLICY, rules=rules)


def test_acting_edge_is_where_the_first_rule_that_does_something_begins() -> None:
    assert acting_edges(POLICY) == {label: hold for label, (hold, _, _) in BANDS.items()}


def test_policy_that_only_approves_has_no_edge() -> None:
    rule = Rule("r", Label.THREAT, 0.0, 1.0, Action.APPROVE, "threat")
    assert acting_edges(policy_of(rule)) == {}


@pytest.mark.parametrize(
    ("scores", "expected", "why"),
    [
        ({Label.TOXICITY: 0.5}, 0.5, "on the edge"),
        ({Label.THREAT: 0.2}, 0.5, "on another edge"),
        ({Label.TOXICITY: 0.0, Label.THREAT: 0.0}, 0.0, "nowhere near"),
        ({Label.TOXICITY: 0.1, Label.THREAT: 0.2}, 0.5, "the nearest label counts"),
        ({Label.TOXICITY: 1.0}, 1.0, "certain"),
        ({Label.INSULT: 0.99}, 0.0, "no rule acts on it"),
        ({}, 0.0, "nothing predicted"),
        ({Label.TOXICITY: 0.75}, 0.75, "odds of three to one"),
    ],
)
def test_risk(scores: dict[Label, float], expected: float, why: str) -> None:
    assert risk(scores, EDGES) == pytest.approx(expected), why


def test_an_edge_at_the_bottom_lets_nothing_pass_and_one_at_the_top_everything() -> None:
    assert risk({Label.TOXICITY: 0.0}, {Label.TOXICITY: 0.0}) == 1.0
    assert risk({Label.TOXICITY: 0.99}, {Label.TOXICITY: 1.0}) == 0.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99))
def test_a_higher_score_is_never_less_risky(one: float, other: float, edge: float) -> None:
    low, high = sorted((one, other))
    edges = {Label.THREAT: edge}
    assert risk({Label.THREAT: low}, edges) <= risk({Label.THREAT: high}, edges)


@given(st.dictionaries(st.sampled_from(list(Label)), st.floats(0, 1)), st.floats(0, 0.5))
def test_what_passes_below_a_half_is_below_every_edge(
    scores: dict[Label, float], pass_below: float
) -> None:
    edges = acting_edges(POLICY)
    if scores and nearness(scores, POLICY, edges) < pass_below:
        assert all(score < edges[label] for label, score in scores.items())
        assert not is_flagged(scores, POLICY)


def test_text_the_policy_would_not_approve_is_as_near_as_can_be() -> None:
    holds_the_low = policy_of(
        Rule("h", Label.THREAT, 0.0, 0.01, Action.HOLD, "threat"),
        Rule("a", Label.THREAT, 0.01, 0.9, Action.APPROVE, "threat"),
        Rule("r", Label.THREAT, 0.9, 1.0, Action.REMOVE, "threat"),
    )
    assert nearness({Label.THREAT: 0.5}, holds_the_low, {Label.THREAT: 0.9}) < 0.9
    assert nearness({Label.THREAT: 0.005}, holds_the_low, {Label.THREAT: 0.9}) == 1.0
    # No rule speaks of insults alone: held.
    assert nearness({Label.INSULT: 0.3}, holds_the_low, {Label.THREAT: 0.9}) == 1.0


@pytest.mark.parametrize(
    ("first", "full", "expected"),
    [
        ((Label.TOXICITY, Label.THREAT), (Label.TOXICITY, Label.THREAT), ()),
        ((Label.TOXICITY,), (Label.TOXICITY, Label.THREAT), (Label.THREAT,)),
        ((Label.TOXICITY, Label.THREAT), (Label.TOXICITY, Label.THREAT, Label.INSULT), ()),
        ((), (), ()),
    ],
    ids=["sees all", "blind to threats", "nobody acts on insults", "nothing to see"],
)
def test_blind_labels(
    first: tuple[Label, ...], full: tuple[Label, ...], expected: tuple[Label, ...]
) -> None:
    assert blind_labels(first, full, EDGES) == expected


@pytest.mark.parametrize(
    ("count", "of", "expected"),
    [
        # scipy.stats.beta.ppf(0.95, count + 1, of - count)
        (0, 299, 0.0099691468),
        (0, 298, 0.0100024324),
        (3, 900, 0.0085924456),
        (200, 20_000, 0.0112367114),
        (0, 1, 0.95),
        (5, 5, 1.0),
        (0, 0, 1.0),
    ],
)
def test_upper_bound(count: int, of: int, expected: float) -> None:
    assert share_at_most(count, of) == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 60), st.data())
def test_upper_bound_is_where_the_exact_tail_is_a_twentieth(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of - 1))
    bound = share_at_most(count, of)
    tail = sum(comb(of, k) * bound**k * (1 - bound) ** (of - k) for k in range(count + 1))
    assert tail == pytest.approx(0.05, abs=1e-9)


def test_lower_bound_mirrors_the_upper() -> None:
    assert share_at_least(2, 1400) == pytest.approx(0.0002538881, abs=1e-9)
    assert share_at_least(0, 50) == 0.0
    assert share_at_least(0, 0) == 0.0


def test_one_percent_takes_299_flags() -> None:
    assert flags_needed(0.01) == 299
    assert allowed_misses(298, 0.01) is None
    assert allowed_misses(299, 0.01) == 0
    assert flags_needed(0.05) == 59


@given(st.integers(0, 1_000), st.sampled_from([0.01, 0.05, 0.2]))
def test_allowed_misses_are_the_most_that_keep_the_promise(flagged: int, promise: float) -> None:
    misses = allowed_misses(flagged, promise)
    if misses is None:
        assert share_at_most(0, flagged) > promise
    else:
        assert share_at_most(misses, flagged) <= promise < share_at_most(misses + 1, flagged)


@pytest.mark.slow
@given(st.lists(st.floats(0, 1), min_size=59, max_size=300))
def test_threshold_is_the_largest_that_keeps_the_promise(risks: list[float]) -> None:
    threshold = pass_threshold(risks, 0.05)
    assert threshold is not None
    missed = sum(value < threshold for value in risks)
    assert share_at_most(missed, len(risks)) <= 0.05
    higher = [value for value in risks if value > threshold]
    if higher:
        more = sum(value < min(higher) for value in risks)
        assert share_at_most(more, len(risks)) > 0.05


def test_too_few_flags_give_no_threshold() -> None:
    assert pass_threshold([0.9] * 298, 0.01) is None
    assert pass_threshold([0.9] * 299, 0.01) == 0.9


@pytest.mark.parametrize(
    ("skipped", "audited", "missed", "flags", "state", "why"),
    [
        (70_000, 1_400, 0, 1_000, Promise.OPEN, "no miss yet, and too few audits to trust it"),
        (70_000, 1_400, 1, 1_000, Promise.OPEN, "one miss may be chance"),
        (70_000, 1_400, 2, 1_000, Promise.BROKEN, "two misses stand for a hundred"),
        (70_000, 70_000, 0, 1_000, Promise.HELD, "half of it audited, no miss"),
        (0, 10, 0, 0, Promise.HELD, "nothing was cleared unseen"),
        (10, 0, 0, 5, Promise.OPEN, "no audit at all"),
    ],
)
def test_audits_decide_on_the_promise(
    skipped: int, audited: int, missed: int, flags: int, state: Promise, why: str
) -> None:
    low, high = missed_bounds(
        skipped=skipped, audited=audited, audit_missed=missed, seen_flags=flags
    )
    assert 0.0 <= low <= high <= 1.0
    assert promise_state(low, high, 0.01) is state, why
