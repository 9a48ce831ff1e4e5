"""The texts about backends, word for word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.inference.base import ErrorKind, Location
from core.inference.resilience.circuit import CircuitState
from core.moderation.failure_policy import FailurePolicy
from core.moderation.policies import Action, Rule
from core.moderation.scores import Label
from core.services.backends import (
    BackendState,
    BackendStatus,
    BackendUse,
    Candidate,
    ProcessView,
    SiteBackends,
)
from core.services.trials import BackendAnswer, TrialResult
from core.servinglog.answers import BackendCalls, LastSeen
from dashboard.backend_states import STATE_COLORS
from dashboard.backends import wording
from dashboard.wording import plain
from tests.factories_text_rules import text_rule
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
POLICY = fixed_policy(NOW)
TEI = Candidate("tei", "tei", "remote", labels=(Label.TOXICITY,), address="tei.example.org")
DOWN = BackendStatus(
    TEI, BackendUse.IN_FORCE, BackendState.FAILS, None,
    error_kind=ErrorKind.CONNECT, known_at=NOW - timedelta(seconds=12),
)  # fmt: skip
SECOND = BackendStatus(replace(TEI, name="onnx"), BackendUse.FALLBACK, BackendState.ANSWERS, None)


def site(*statuses: BackendStatus, policy: FailurePolicy = FailurePolicy.HOLD) -> SiteBackends:
    return SiteBackends(statuses, policy, waiting=0)


def seen(age_s: float = 3.0, failures: int = 0) -> LastSeen:
    last_at = NOW - timedelta(seconds=age_s)
    return LastSeen("tei", "api-4242", last_at, None, None, failures, None, None)


def test_nothing_is_said_while_nothing_is_known_to_be_wrong() -> None:
    for state in (BackendState.ANSWERS, BackendState.NOT_ASKED):
        assert wording.headline(site(replace(DOWN, state=state), SECOND), NOW) is None


def test_headline_says_what_is_down_and_who_scores_instead() -> None:
    assert wording.headline(site(DOWN, SECOND), NOW) == (
        False,
        "tei, in force, does not answer: the model could not be reached (12 s ago). "
        "onnx, the fallback, scores instead.",
    )


@pytest.mark.parametrize("policy", FailurePolicy)
def test_headline_says_what_happens_when_nothing_scores(policy: FailurePolicy) -> None:
    found = wording.headline(site(DOWN, policy=policy), NOW)
    assert found is not None
    assert found[0] is True
    assert found[1].endswith(wording.CONSEQUENCES[policy])


def test_headline_names_both_when_both_are_down_and_a_broken_fallback_alone() -> None:
    broken = replace(SECOND, state=BackendState.REFUSED, problem="ONNX_KEY is not set")
    both = wording.headline(site(DOWN, broken), NOW)
    assert both is not None
    assert both[0] is True
    assert "onnx, the fallback, can't be used: ONNX_KEY is not set." in both[1]
    assert wording.headline(site(replace(DOWN, state=BackendState.ANSWERS), broken), NOW) == (
        False,
        "The fallback onnx can't be used: ONNX_KEY is not set.",
    )


@pytest.mark.parametrize("state", BackendState)
def test_state_has_a_color(state: BackendState) -> None:
    assert state in STATE_COLORS


@pytest.mark.parametrize("policy", FailurePolicy)
def test_failure_policy_has_words(policy: FailurePolicy) -> None:
    assert wording.POLICIES[policy]
    assert wording.CONSEQUENCES[policy]


@pytest.mark.parametrize("circuit", CircuitState)
def test_circuit_state_has_a_text(circuit: CircuitState) -> None:
    assert wording.CIRCUITS[circuit]


@pytest.mark.parametrize(
    ("circuits", "word"),
    [
        ([], "–"),
        ([None], "–"),
        ([CircuitState.CLOSED], "closed"),
        ([CircuitState.CLOSED, CircuitState.CLOSED], "closed in 2 of 2"),
        ([CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN], "open in 1 of 3"),
    ],
)
def test_the_worst_circuit_is_named(circuits, word: str) -> None:
    views = tuple(ProcessView(seen(), circuit) for circuit in circuits)
    assert wording.circuit_word(replace(DOWN, processes=views)) == word


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (ProcessView(seen(), None), "api-4242: answered 3 s ago"),
        (ProcessView(seen(), CircuitState.CLOSED), "api-4242: circuit closed, answered 3 s ago"),
        (
            ProcessView(seen(failures=1), CircuitState.CLOSED),
            "api-4242: circuit closed, 1 failure, the last 3 s ago",
        ),
        (
            ProcessView(seen(300, failures=1200), CircuitState.HALF_OPEN),
            "api-4242: circuit half open, 1,200 failures in a row, the last 5 min ago, "
            "its next call tries again",
        ),
    ],
)
def test_each_process_has_its_line(view: ProcessView, line: str) -> None:
    assert wording.process_line(view, NOW) == line


def test_labels_not_assessed_are_said() -> None:
    assert wording.labels_lines(TEI) == [
        "Assesses toxicity.",
        "Does not assess severe toxicity, obscene, threat, insult, identity attack: "
        "no rule on them can match.",
    ]
    assert len(wording.labels_lines(replace(TEI, labels=tuple(Label)))) == 1
    assert "once it is loaded" in wording.labels_lines(replace(TEI, labels=None))[0]


def test_calls_of_the_window_in_one_line() -> None:
    calls = BackendCalls("tei", 4_210, 4_193, 17, 12.3, "timeout")
    assert wording.calls_line(replace(DOWN, calls=calls), "1 h") == (
        "4,210 calls (1 h): p95 12 ms, 0.40 % failed, most often: the model gave no answer in time."
    )
    odd = replace(calls, usual_error="meteor")
    assert "most often: meteor" in wording.calls_line(replace(DOWN, calls=odd), "1 h")
    assert wording.calls_line(DOWN, "1 h") == "No call in this window (1 h)."


def test_where_it_runs_names_the_host() -> None:
    assert wording.where(TEI) == "tei.example.org"
    assert wording.where(replace(TEI, location=Location.IN_PROCESS)) == "in process"


def test_verdicts_in_words() -> None:
    rule = next(r for r in POLICY.rules if r.action is Action.REMOVE and r.label is Label.TOXICITY)
    scored = BackendAnswer("tei", NOW, 5.0, scores={Label.TOXICITY: 0.999})
    failed = BackendAnswer("tei", NOW, error="X is not set")
    assert (
        wording.verdict_line(TrialResult(scored, Action.REMOVE, (rule,)))
        == "removed: toxicity 0.99"
    )
    assert wording.verdict_line(TrialResult(scored, Action.APPROVE)) == "approved"
    held = TrialResult(failed, Action.HOLD)
    by_text = TrialResult(failed, Action.REMOVE, text_rules=(text_rule("x"),))
    assert wording.verdict_line(by_text) == "removed: word rule (What this is about.)"
    assert wording.verdict_line(held) == "held for review, by the failure policy"
    assert wording.error_lines([held, TrialResult(scored, Action.HOLD)]) == ["tei: X is not set."]
    assert wording.agreement_line([held, TrialResult(scored, Action.HOLD)]) == ""
    both = [TrialResult(scored, Action.HOLD), TrialResult(scored, Action.HOLD)]
    assert (
        wording.agreement_line(both) == "All 2 backends lead to the same decision: held for review."
    )
    split = [TrialResult(scored, Action.HOLD), TrialResult(scored, Action.APPROVE)]
    assert wording.agreement_line(split) == "The backends lead to different decisions."


def test_a_score_says_what_its_band_asks_for() -> None:
    rules: tuple[Rule, ...] = POLICY.rules
    hold = next(r for r in rules if r.action is Action.HOLD and r.label is Label.TOXICITY)
    cell = wording.score_cell
    assert cell(hold.low, Label.TOXICITY, POLICY).endswith("  hold")
    assert cell(0.0, Label.TOXICITY, POLICY) == "0.00"
    assert cell(None, Label.TOXICITY, POLICY) == "–"


def test_plain_escapes_whatever_could_be_markdown() -> None:
    assert plain("![x](http://e.org) :red[a] **b** `c` $d$ <b>") == (
        r"\!\[x\]\(http\:\/\/e\.org\) \:red\[a\] \*\*b\*\* \`c\` \$d\$ \<b\>"
    )
