"""Causes in which requests are not let in, although scoring itself is as before. Pure."""

from datetime import datetime

from core.servinglog.answers import Refused
from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import Facts
from core.servinglog.causes.measures import counted
from core.servinglog.causes.slowness import burst_line, is_burst
from core.servinglog.record import RefusalReason

LEAST_REFUSED = 5
LEAST_SHARE = 0.01
CALLERS_SHARE = 0.2
"""Single callers without a key or with a broken body are usual; a fifth of all requests is not."""
_CALLERS = (RefusalReason.UNAUTHORIZED, RefusalReason.INVALID)
_WORDS: dict[str, tuple[CauseKind, str, str]] = {
    RefusalReason.OVERLOADED: (
        CauseKind.QUEUE,
        "The queue is full: requests are refused because they would wait too long.",
        "Add replicas, or find the client that sends more at once than before.",
    ),
    RefusalReason.RATE_LIMITED: (
        CauseKind.RATE_LIMIT,
        "Requests are refused because a key is used faster than its rate.",
        "If the traffic is meant, raise MODCONSOLE_API_KEY_RATE.",
    ),
    RefusalReason.DRAINING: (
        CauseKind.RESTART,
        "Requests are refused because the API is being stopped or restarted.",
        "If nobody restarts it on purpose, look at its log; restart replicas one after another.",
    ),
    RefusalReason.STORE: (
        CauseKind.STORE,
        "Requests are refused because the state can't be used.",
        "Check the disk and the database: `modconsole doctor` says what is wrong.",
    ),
    RefusalReason.UNAUTHORIZED: (
        CauseKind.CALLERS,
        "Requests are refused because they bring no valid key.",
        "Ask the site whether a key was changed or deleted: `modconsole keys`.",
    ),
    RefusalReason.INVALID: (
        CauseKind.CALLERS,
        "Requests are refused because their body is not valid.",
        "Ask the site what changed in what it sends: the answers name each wrong field.",
    ),
}


def refusal_cause(facts: Facts) -> LikelyCause | None:
    """For the most frequent reason that is not a usual one."""
    for one in sorted(facts.now.refused, key=lambda each: -each.requests):
        if one.reason in _WORDS and _is_much(one, facts):
            return _cause(one, facts)
    return None


def _is_much(one: Refused, facts: Facts) -> bool:
    share = one.requests / max(1, facts.now.requests)
    least = CALLERS_SHARE if one.reason in _CALLERS else LEAST_SHARE
    return one.requests >= LEAST_REFUSED and share >= least


def _cause(one: Refused, facts: Facts) -> LikelyCause:
    kind, sentence, advice = _WORDS[one.reason]
    evidence = [f"{one.requests:,} of {counted(facts.now.requests, 'request')} were refused so."]
    if kind is CauseKind.QUEUE and is_burst(facts):
        kind = CauseKind.BURST
        sentence = "A burst of requests: more come than can be scored in time, and are refused."
        evidence.append(burst_line(facts))
    elif kind is CauseKind.QUEUE:
        evidence.append("Scoring one request takes as long as before.")
    return LikelyCause(kind, "", sentence, tuple(evidence), advice, _first(facts))


def _first(facts: Facts) -> datetime | None:
    """Refusals are counted, not dated one by one; bad calls, if any, say when it began."""
    found = [bad.first_bad_at for bad in facts.bad.values() if bad.first_bad_at is not None]
    return min(found, default=None)
