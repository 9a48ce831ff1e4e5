"""Properties of decisions: any scores, any policy, any text."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap.services import Services
from core.errors import InvalidInput
from core.moderation.cleaning import check_text, clean_text
from core.moderation.comments import IncomingComment
from core.moderation.decisions import Verdict, judge
from core.moderation.default_policy import default_policy
from core.moderation.invisible import is_blank, visible_form
from core.moderation.openings import priority
from core.moderation.permissions import SYSTEM
from core.moderation.policies import SEVERITY, Action, Policy, Rule
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
from core.moderation.reasons import Reason
from core.moderation.scores import Label
from core.services.ingest import ingest
from core.services.lookup import look_up
from tests.factories import make_services

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = default_policy(NOW)
EDGES = sorted({edge for rule in POLICY.rules for edge in (rule.low, rule.high)})

unit_floats = st.floats(0.0, 1.0) | st.sampled_from(EDGES)
score_maps = st.dictionaries(st.sampled_from(list(Label)), unit_floats)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@st.composite
def bands(draw: st.DrawFn, label: Label, codes: list[str]) -> list[Rule]:
    """Rules that cover every score of a label, with random edges."""
    cuts = draw(st.lists(unit_floats.filter(lambda edge: 0.0 < edge < 1.0), max_size=4))
    edges = [0.0, *sorted(set(cuts)), 1.0]
    return [
        Rule(
            id=f"{label} {number} {draw(words)}",
            label=label,
            low=low,
            high=high,
            action=draw(st.sampled_from(list(Action))),
            reason_code=draw(st.sampled_from(codes)),
        )
        for number, (low, high) in enumerate(pairwise(edges))
    ]


def as_shown(name: str) -> str:
    """What a person reads of it: two names that read alike are one."""
    return " ".join(visible_form(name).split()).casefold()


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any valid policy."""
    said = words.filter(lambda text: not is_blank(text))
    codes = draw(st.lists(said, min_size=1, max_size=5, unique_by=as_shown))
    labels = draw(st.lists(st.sampled_from(list(Label)), unique=True))
    return Policy(
        version=draw(st.integers(1, 10**6)),
        rules=tuple(rule for label in labels for rule in draw(bands(label, codes))),
        reasons=tuple(Reason(code, draw(said), draw(said)) for code in codes),
        created_at=NOW,
        reason_precedence=tuple(draw(st.lists(st.sampled_from(codes), unique=True))),
    )


@given(score_maps.filter(bool), st.data())
def test_raising_a_score_never_softens_the_action(
    scores: dict[Label, float], data: st.DataObject
) -> None:
    label = data.draw(st.sampled_from(sorted(scores)))
    raised = {**scores, label: data.draw(st.floats(scores[label], 1.0))}
    before, after = judge(scores, POLICY).action, judge(raised, POLICY).action
    assert SEVERITY[after] >= SEVERITY[before]


@given(score_maps.filter(bool), st.data())
def test_assessing_one_more_label_never_softens_the_action(
    scores: dict[Label, float], data: st.DataObject
) -> None:
    more = {**data.draw(score_maps), **scores}
    before, after = judge(scores, POLICY).action, judge(more, POLICY).action
    assert SEVERITY[after] >= SEVERITY[before]


@given(score_maps, policies())
def test_rules_of_a_verdict_all_match_and_all_ask_for_its_action(
    scores: dict[Label, float], policy: Policy
) -> None:
    verdict = judge(scores, policy)
    assert all(rule in policy.rules for rule in verdict.rules)
    assert all(rule.action is verdict.action for rule in verdict.rules)
    assert all(rule.matches(scores[rule.label]) for rule in verdict.rules)
    listed = [scores[rule.label] for rule in verdict.rules]
    assert listed == sorted(listed, reverse=True)


@given(score_maps, policies())
def test_no_matching_rule_asks_for_more_than_the_verdict(
    scores: dict[Label, float], policy: Policy
) -> None:
    asked = {
        rule.action
        for rule in policy.rules
        if rule.label in scores and rule.matches(scores[rule.label])
    }
    hardest = max(asked, key=SEVERITY.__getitem__, default=Action.HOLD)
    assert judge(scores, policy).action is hardest


@given(score_maps)
def test_default_policy_decides_on_every_score_it_is_given(scores: dict[Label, float]) -> None:
    verdict = judge(scores, POLICY)
    if scores:
        assert bool(verdict.rules) is (verdict.action is not Action.APPROVE)
    else:
        assert verdict == Verdict(Action.HOLD, ())


@pytest.mark.slow
@given(score_maps, policies())
def test_priority_is_a_score_among_those_given_or_the_highest(
    scores: dict[Label, float], policy: Policy
) -> None:
    urgency, label = priority(scores, judge(scores, policy))
    assert 0.0 <= urgency <= 1.0
    assert urgency == (1.0 if label is None else scores[label])


@given(policies())
def test_policy_comes_back_from_its_stored_form_with_the_same_digest(policy: Policy) -> None:
    stored = policy_to_json(policy)
    back = policy_from_json(stored, version=policy.version, created_at=policy.created_at)
    assert back == policy
    assert policy_to_json(back) == stored
    assert policy_digest(replace(back, version=1)) == policy_digest(policy)


# Every code point, half ones and NUL included, and what markup is made of.
any_text = st.text(
    st.characters() | st.sampled_from("<>&;\"'/ \n\r\t\x00\x85\u2028\ufeff\ud800\udfff\U0010ffff"),
    max_size=60,
)
_numbers = count(1)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with tempfile.TemporaryDirectory() as home:
        made = make_services(Path(home))
        yield made
        made.context.store.close()


@given(text=any_text, author=any_text)
def test_text_that_is_taken_comes_back_as_it_was_and_any_other_is_refused(
    services: Services, text: str, author: str
) -> None:
    source_id = f"p{next(_numbers)}"
    row = IncomingComment("site", source_id, text, author, NOW)
    (report,) = ingest(services.context, SYSTEM, [row])
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("site", source_id)
        revision = reader.latest_revision(comment.id) if comment else None
    assert (report.stored, report.rejected) == ((1, 0) if comment else (0, 1))
    if comment is None or revision is None:
        return
    check_text(text)
    assert comment.author == author
    assert revision.original == text
    assert revision.text == clean_text(text)
    assert look_up(services.context, revision.reference).text == revision.text


@given(text=any_text)
def test_text_that_can_be_read_is_refused_only_by_a_rule(services: Services, text: str) -> None:
    try:
        check_text(text)
    except InvalidInput:
        return
    row = IncomingComment("site", f"q{next(_numbers)}", text, "sam", NOW)
    (report,) = ingest(services.context, SYSTEM, [row])
    assert report.stored == bool(clean_text(text))
