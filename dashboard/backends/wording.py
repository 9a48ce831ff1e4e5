"""The state of backends in words, for a person on call."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.inference.base import Location
from core.inference.resilience.circuit import CircuitState
from core.moderation.failure_policy import FailurePolicy
from core.moderation.languages import UNNAMED, is_much
from core.moderation.permissions import Actor, Role
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
from dashboard.backend_states import Color, seconds_ago, trouble
from dashboard.figures import NONE, duration, percent
from dashboard.language_names import name_of_language
from dashboard.problems import told
from dashboard.staff_texts import count, joined, number, said, say
from dashboard.wording import ACTIONS_DONE, FAILURES, LABELS, score_figure

POLICIES = said("backends.policy", FailurePolicy)
CONSEQUENCES = said("backends.consequence", FailurePolicy)
CIRCUITS = said("backends.circuit", CircuitState)
STATES = said("backends.state", BackendState)
_ACTIONS = said("backends.action", Action)
_LOCATIONS = said("backends.where", Location)
_ROLES = said("backends.role", Role)
_USES = said("backends.use", BackendUse)
_TROUBLE = (
    BackendState.REFUSED,
    BackendState.NOT_INSTALLED,
    BackendState.COOLS_DOWN,
    BackendState.FAILS,
)
SHOWN_LANGUAGES = 4


def may_not_ask(actor: Actor) -> str:
    """For a role that may look but not call."""
    roles = joined([_ROLES[role] for role in actor.roles])
    return say("backends.page.may_not_ask", roles=roles)


def headline(site: SiteBackends, now: datetime) -> tuple[bool, str] | None:
    """(True if nothing scores, the problem in a sentence) for the backends in use. None without a
    known problem."""
    first, *others = site.in_use
    second = others[0] if others else None
    if first.state not in _TROUBLE:
        if second is None or second.state not in _TROUBLE:
            return None
        return False, _headline("fallback", second, now)
    words = _headline("first", first, now)
    if second is not None and second.state not in _TROUBLE:
        return False, f"{words} {_headline('instead', second, now)}"
    if second is not None:
        words += f" {_headline('second', second, now)}"
    return True, f"{words} {CONSEQUENCES[site.failure_policy]}"


def _headline(key: str, status: BackendStatus, now: datetime) -> str:
    return say(f"backends.headline.{key}", name=status.candidate.name, trouble=trouble(status, now))


def site_facts(site: SiteBackends, now: datetime) -> list[tuple[str, Color]]:
    """The backend in force, its fallback, what happens when neither answers, what waits, and which
    one answered last; each with its colour."""
    first, *others = site.in_use
    fallback = say("backends.facts.no_fallback")
    if others:
        fallback = say("backends.facts.fallback", name=others[0].candidate.name)
    return [
        (say("backends.facts.in_force", name=first.candidate.name), "blue"),
        (fallback, "blue"),
        (say("backends.facts.none_answers", what=POLICIES[site.failure_policy]), "gray"),
        (count("backends.waiting", site.waiting), "orange" if site.waiting else "gray"),
        (_last_live(site, now), "gray"),
    ]


def _last_live(site: SiteBackends, now: datetime) -> str:
    last = site.answering
    if last is None or last.live_at is None:
        return say("backends.facts.no_live_call")
    when = seconds_ago(last.live_at, now)
    return say("backends.facts.last_live", backend=last.backend, ago=when)


def circuit_word(status: BackendStatus) -> str:
    """The worst circuit state among the processes, and how many have it; a dash without any."""
    states = [one.circuit for one in status.processes if one.circuit is not None]
    if not states:
        return NONE
    worst = max(states, key=[CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN].index)
    if len(states) == 1:
        return CIRCUITS[worst]
    return say(
        "backends.circuit.some",
        circuit=CIRCUITS[worst],
        count=number(states.count(worst)),
        all=number(len(states)),
    )


def process_line(view: ProcessView, now: datetime) -> str:
    """`api-4242: circuit open, 7 failures in a row, the last call 3 s ago`."""
    seen, circuit = view.seen, view.circuit
    values = {"process": seen.process, "ago": seconds_ago(seen.last_at, now)}
    state = "failed" if seen.failures else "answered"
    if circuit is not None:
        state, values["circuit"] = f"{state}_circuit", CIRCUITS[circuit]
    if not seen.failures:
        return say(f"backends.process.{state}", **values)
    if circuit is CircuitState.HALF_OPEN:
        state = "tries_again"
    return count(f"backends.process.{state}", seen.failures, **values)


def where(candidate: Candidate) -> str:
    """Where it runs: `in process`, or the address of the service."""
    location = candidate.location
    if candidate.address and location is not Location.IN_PROCESS:
        return candidate.address
    return _LOCATIONS[location] if location is not None else say("backends.where.unknown")


def labels_lines(candidate: Candidate) -> list[str]:
    """The labels it assesses, and the missing ones."""
    if candidate.labels is None:
        return [say("backends.labels.unknown")]
    assessed = [LABELS[label] for label in Label if label in candidate.labels]
    missing = [LABELS[label] for label in Label if label not in candidate.labels]
    lines = [say("backends.labels.some", labels=", ".join(assessed))]
    if missing:
        lines.append(count("backends.labels.missing", len(missing), labels=", ".join(missing)))
    return lines


def languages_line(candidate: Candidate) -> str:
    """The languages it assesses, if it states them."""
    if candidate.languages is None:
        return say("backends.languages.unknown")
    return say("backends.languages.some", languages=_names(candidate.languages))


def unassessed_lines(site: SiteBackends) -> list[str]:
    """What to know about comments that nothing assesses, and what helps; empty if they are few and
    of languages that the site does not expect."""
    found, lines, wanted = site.languages, [], list(site.not_assessed)
    if is_much(found.total, found.comments):
        lines.append(
            say(
                "backends.languages.much",
                share=percent(found.total / found.comments),
                comments=number(found.comments),
                counts=_language_counts(found.not_assessed),
            )
        )
        wanted += [code for code in found.not_assessed if code not in (*wanted, UNNAMED)]
    if site.not_assessed:
        names, setting = _names(site.not_assessed), "MODCONSOLE_LANGUAGES"
        lines.append(say("backends.languages.expected", languages=names, setting=setting))
    if lines:
        code = next(iter(wanted), "de")
        entry, language = f'languages = ["{code}"]', name_of_language(code)
        lines.append(say("backends.languages.helps", entry=entry, language=language))
    return lines


def _language_counts(counts: Mapping[str, int]) -> str:
    named = [(code, many) for code, many in counts.items() if code != UNNAMED][:SHOWN_LANGUAGES]
    rest = sum(counts.values()) - sum(many for _, many in named)
    words = [
        say("backends.languages.count", count=number(many), language=name_of_language(code))
        for code, many in named
    ]
    if rest:
        words.append(say("backends.languages.rest", count=number(rest)))
    return ", ".join(words)


def _names(codes: Sequence[str]) -> str:
    return joined([name_of_language(code) for code in codes])


def calls_line(status: BackendStatus, window: str) -> str:
    """Number, p95 and error share of its live calls in the window."""
    calls = status.calls
    if calls is None:
        return say("backends.card.no_call", window=window)
    values = {
        "window": window,
        "p95": duration(calls.p95),
        "share": percent(calls.error_share),
    }
    if calls.usual_error is None:
        return count("backends.calls", calls.calls, **values)
    why = _failure_words(calls.usual_error)
    return count("backends.calls_usual", calls.calls, why=why, **values)


def check_line(answer: BackendAnswer, now: datetime) -> str:
    """The result of its last check by a person."""
    when = seconds_ago(answer.at, now)
    if answer.error is not None:
        return say("backends.card.check_failed", ago=when, error=told(answer.error))
    return say("backends.card.checked", ago=when, time=duration(answer.total_ms))


def verdict_line(tried: TrialResult) -> str:
    """`held for review: insult 0.95`; without scores, what the failure policy would do."""
    what = ACTIONS_DONE[tried.action]
    if tried.answer.error is not None and not tried.text_rules:
        return say("backends.verdict.by_failure", what=what)
    if not (tried.rules or tried.text_rules):
        is_cut = tried.answer.unread_chars
        return say("backends.verdict.too_long", what=what) if is_cut else what
    scores = tried.answer.scores
    why = [f"{LABELS[r.label]} {score_figure(scores[r.label])}" for r in tried.rules]
    why += [
        say(f"backends.text_rule.{rule.kind.name.lower()}", about=rule.description)
        for rule in tried.text_rules
    ]
    return say("backends.verdict.because", what=what, why=", ".join(why))


def score_cell(score: float | None, label: Label, policy: Policy) -> str:
    """A score and the action of its band; a dash if the label is not assessed."""
    if score is None:
        return NONE
    asked = [rule.action for rule in policy.rules if rule.label is label and rule.matches(score)]
    action = max(asked, key=SEVERITY.__getitem__, default=Action.APPROVE)
    figure = score_figure(score)
    return figure if action is Action.APPROVE else f"{figure}  {_ACTIONS[action]}"


def error_lines(tried: Sequence[TrialResult]) -> list[str]:
    """One line for each backend that gave no scores: its name and the error."""
    return [
        f"{told(error)}." if backend in error else f"{backend}: {told(error)}."
        for backend, error in ((one.answer.backend, one.answer.error) for one in tried)
        if error is not None
    ]


def agreement_line(tried: Sequence[TrialResult]) -> str:
    """Whether all backends that answered lead to the same decision; empty for fewer than two."""
    answered = [one for one in tried if one.answer.error is None]
    if len(answered) < 2:
        return ""
    actions = {one.action for one in answered}
    if len(actions) == 1:
        decision = ACTIONS_DONE[Action(actions.pop())]
        return say("backends.trial.same", count=number(len(answered)), decision=decision)
    return say("backends.trial.different")


def use_word(use: BackendUse) -> str:
    """`in force`, `fallback` or `by language`; empty for a backend that is not in use."""
    return "" if use is BackendUse.SPARE else _USES[use]


def _failure_words(kind: str) -> str:
    return next((words for known, words in FAILURES.items() if known == kind), kind)
