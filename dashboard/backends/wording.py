"""The state of backends in words, for a person on call. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.inference.base import Location
from core.inference.resilience.circuit import CircuitState
from core.moderation.failure_policy import FailurePolicy
from core.moderation.languages import UNNAMED, is_much, language_name
from core.moderation.permissions import Actor
from core.moderation.policies import SEVERITY, Action, Policy
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
from dashboard.backend_states import seconds_ago, trouble
from dashboard.figures import NONE, duration, percent
from dashboard.wording import ACTIONS_DONE, FAILURES, LABELS, score_figure

POLICIES: dict[FailurePolicy, str] = {
    FailurePolicy.HOLD: "hold for a person",
    FailurePolicy.APPROVE: "approve",
    FailurePolicy.FIRST_STAGE_ONLY: "first stage, else hold",
}
CONSEQUENCES: dict[FailurePolicy, str] = {
    FailurePolicy.HOLD: "New comments are held for a person.",
    FailurePolicy.APPROVE: "New comments are published unscored.",
    FailurePolicy.FIRST_STAGE_ONLY: "New comments are published where the first stage clears them, "
    "and held for a person otherwise.",
}
CIRCUITS: dict[CircuitState, str] = {
    CircuitState.CLOSED: "closed",
    CircuitState.OPEN: "open",
    CircuitState.HALF_OPEN: "half open",
}
_TROUBLE = (
    BackendState.REFUSED,
    BackendState.NOT_INSTALLED,
    BackendState.COOLS_DOWN,
    BackendState.FAILS,
)
SHOWN_LANGUAGES = 4


def may_not_ask(actor: Actor) -> str:
    """For a role that may look but not call."""
    return f"As {' and '.join(actor.roles)} you may not call a backend."


def headline(site: SiteBackends, now: datetime) -> tuple[bool, str] | None:
    """(True if nothing scores, the problem in a sentence) for the backends in use. None without a
    known problem."""
    first, *others = site.in_use
    second = others[0] if others else None
    if first.state not in _TROUBLE:
        if second is None or second.state not in _TROUBLE:
            return None
        return False, f"The fallback {second.candidate.name} {trouble(second, now)}."
    said = f"{first.candidate.name}, in force, {trouble(first, now)}."
    if second is not None and second.state not in _TROUBLE:
        return False, f"{said} {second.candidate.name}, the fallback, scores instead."
    if second is not None:
        said += f" {second.candidate.name}, the fallback, {trouble(second, now)}."
    return True, f"{said} {CONSEQUENCES[site.failure_policy]}"


def circuit_word(status: BackendStatus) -> str:
    """The worst circuit state among the processes, and how many have it; a dash without any."""
    states = [one.circuit for one in status.processes if one.circuit is not None]
    if not states:
        return NONE
    worst = max(states, key=[CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN].index)
    if len(states) == 1:
        return CIRCUITS[worst]
    return f"{CIRCUITS[worst]} in {states.count(worst)} of {len(states)}"


def process_line(view: ProcessView, now: datetime) -> str:
    """`api-4242: circuit open, 7 failures in a row, the last call 3 s ago`."""
    seen = view.seen
    circuit = f"circuit {CIRCUITS[view.circuit]}, " if view.circuit is not None else ""
    if not seen.failures:
        return f"{seen.process}: {circuit}answered {seconds_ago(seen.last_at, now)}"
    row = f"{seen.failures:,} failure{'' if seen.failures == 1 else 's in a row'}"
    next_call = ", its next call tries again" if view.circuit is CircuitState.HALF_OPEN else ""
    return f"{seen.process}: {circuit}{row}, the last {seconds_ago(seen.last_at, now)}{next_call}"


def where(candidate: Candidate) -> str:
    """Where it runs: `in process`, or the address of the service."""
    if candidate.location is Location.IN_PROCESS:
        return "in process"
    return candidate.address or candidate.location or "unknown"


def labels_lines(candidate: Candidate) -> list[str]:
    """The labels it assesses, and the missing ones."""
    if candidate.labels is None:
        return ["Which labels it assesses is known once it is loaded: check it."]
    missing = [LABELS[label] for label in Label if label not in candidate.labels]
    lines = [f"Assesses {', '.join(LABELS[one] for one in Label if one in candidate.labels)}."]
    if missing:
        them = "it" if len(missing) == 1 else "them"
        lines.append(f"Does not assess {', '.join(missing)}: no rule on {them} can match.")
    return lines


def languages_line(candidate: Candidate) -> str:
    """The languages it assesses, if it states them."""
    if candidate.languages is None:
        return "Its languages are not stated."
    return f"Assesses comments in {_names(candidate.languages)}."


def unassessed_lines(site: SiteBackends) -> list[str]:
    """What to know about comments that nothing assesses, and what helps; empty if they are few and
    of languages that the site does not expect."""
    count, lines, wanted = site.languages, [], list(site.not_assessed)
    if is_much(count.total, count.comments):
        lines.append(
            f"{percent(count.total / count.comments)} of the last {count.comments:,} comments were "
            f"not assessed because of their language: {_language_counts(count.not_assessed)}."
        )
        wanted += [code for code in count.not_assessed if code not in (*wanted, UNNAMED)]
    if site.not_assessed:
        lines.append(
            f"No backend assesses {_names(site.not_assessed)}, which this site expects "
            "(MODCONSOLE_LANGUAGES)."
        )
    if lines:
        code = next(iter(wanted), "de")
        lines.append(
            "What helps: another backend, by language. In the backends file, languages = "
            f'["{code}"] sends it the comments in {language_name(code)}. Until then the policy '
            "decides on them unread: by default each waits for a person, and is scored once there "
            "is such a backend."
        )
    return lines


def _language_counts(counts: Mapping[str, int]) -> str:
    named = [(code, number) for code, number in counts.items() if code != UNNAMED][:SHOWN_LANGUAGES]
    rest = sum(counts.values()) - sum(number for _, number in named)
    words = [f"{number:,} {language_name(code)}" for code, number in named]
    return ", ".join(words + ([f"{rest:,} in other languages"] if rest else []))


def _names(codes: Sequence[str]) -> str:
    *most, last = map(language_name, codes)
    return f"{', '.join(most)} and {last}" if most else last


def calls_line(status: BackendStatus, window: str) -> str:
    """Number, p95 and error share of its live calls in the window."""
    calls = status.calls
    if calls is None:
        return f"No call in this window ({window})."
    usual = ""
    if calls.usual_error is not None:
        usual = f", most often: {_failure_words(calls.usual_error)}"
    made = f"{calls.calls:,} call{'' if calls.calls == 1 else 's'} ({window})"
    return f"{made}: p95 {duration(calls.p95)}, {percent(calls.error_share)} failed{usual}."


def check_line(answer: BackendAnswer, now: datetime) -> str:
    """The result of its last check by a person."""
    when = seconds_ago(answer.at, now)
    if answer.error is not None:
        return f"Checked by hand {when}: {answer.error}."
    return f"Checked by hand {when}: it answered in {duration(answer.total_ms)}."


def verdict_line(tried: TrialResult) -> str:
    """`held for review: insult 0.95`; without scores, what the failure policy would do."""
    what = ACTIONS_DONE[tried.action]
    if tried.answer.error is not None and not tried.text_rules:
        return f"{what}, by the failure policy"
    if not (tried.rules or tried.text_rules):
        return f"{what}: too long to be read whole" if tried.answer.unread_chars else what
    scores = tried.answer.scores
    why = [f"{LABELS[r.label]} {score_figure(scores[r.label])}" for r in tried.rules]
    why += [f"{rule.kind} rule ({rule.description})" for rule in tried.text_rules]
    return f"{what}: {', '.join(why)}"


def score_cell(score: float | None, label: Label, policy: Policy) -> str:
    """A score and the action of its band; a dash if the label is not assessed."""
    if score is None:
        return NONE
    asked = [rule.action for rule in policy.rules if rule.label is label and rule.matches(score)]
    action = max(asked, key=SEVERITY.__getitem__, default=Action.APPROVE)
    return score_figure(score) if action is Action.APPROVE else f"{score_figure(score)}  {action}"


def error_lines(tried: Sequence[TrialResult]) -> list[str]:
    """One line for each backend that gave no scores: its name and the error."""
    failed = [one.answer for one in tried if one.answer.error is not None]
    return [
        f"{one.error}." if one.backend in str(one.error) else f"{one.backend}: {one.error}."
        for one in failed
    ]


def agreement_line(tried: Sequence[TrialResult]) -> str:
    """Whether all backends that answered lead to the same decision; empty for fewer than two."""
    answered = [one for one in tried if one.answer.error is None]
    if len(answered) < 2:
        return ""
    actions = {one.action for one in answered}
    if len(actions) == 1:
        decision = ACTIONS_DONE[Action(actions.pop())]
        return f"All {len(answered)} backends lead to the same decision: {decision}."
    return "The backends lead to different decisions."


def use_word(use: BackendUse) -> str:
    """`in force`, `fallback` or `by language`; empty for a backend that is not in use."""
    return "" if use is BackendUse.SPARE else use.value


def _failure_words(kind: str) -> str:
    return next((words for known, words in FAILURES.items() if known == kind), kind)
