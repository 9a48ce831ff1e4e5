"""Causes in which calls to a backend fail, or are as bad as failed. Pure."""

from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import BackendPeriod, BadCalls, Facts, ProcessCalls
from core.servinglog.causes.measures import counted, span
from core.servinglog.causes.slowness import is_slow
from core.servinglog.record import LEFT_ALONE_KIND

LEAST_BAD = 5
LEAST_SHARE = 0.05
DEAD_SHARE = 0.9
MIXED = 0.6
"""From this mixing on, bad calls come between good ones without order."""
LEAST_SWITCHES = 4
MOST_OF_A_REPLICA = 0.75
"""With more bad calls than this the backend as a whole is bad, and not one of its replicas."""
COLD_AFTER_S = 300.0
"""After a pause this long, the first calls find a backend that was put to sleep."""
_REFUSALS: dict[str, str] = {
    "auth": "refuses our key",
    "quota": "says that our quota is used up",
    "rate_limited": "says that we ask too often",
    "configuration": "is set up wrongly here",
    "not_found": "does not have the model at its address",
    "redirect": "sends us to another address",
    "model": "has a model that can't be used",
}
_REFUSAL_ADVICE: dict[str, str] = {
    "auth": "Put a valid key into its environment variable and restart.",
    "quota": "Raise the quota with its provider, or switch to the fallback.",
    "rate_limited": "Raise its rate limit or lower batch_concurrency; retries only add to it.",
}
_UNREACHED: dict[str, str] = {
    "connect": "could not be reached",
    "timeout": "gave no answer in time",
    "backend": "answered with a server's error",
    "tls": "could not be reached safely (TLS)",
    "bad_shape": "gave answers that can't be read",
    "too_large": "gave answers that are too large",
}
_LOADING = "loading"


def failing_cause(facts: Facts) -> LikelyCause | None:
    """For the backend with the most bad calls."""
    for backend in sorted(facts.now.backends, key=lambda one: -one.failed):
        bad = facts.bad.get(backend.backend)
        if bad is not None and bad.bad >= LEAST_BAD and bad.share >= LEAST_SHARE:
            cause = _cause(backend, bad, facts)
            if cause is not None:
                return cause
    return None


def _cause(backend: BackendPeriod, bad: BadCalls, facts: Facts) -> LikelyCause | None:
    kind = _main_kind(backend)
    is_failing = backend.failed >= bad.bad / 2
    one = _bad_process(bad)
    if kind == _LOADING or (_slept_before(bad) and kind not in _REFUSALS):
        return _cold(backend, bad)
    if kind in _REFUSALS and is_failing:
        return _refusing(backend, bad, kind)
    if one is not None:
        return _replica_process(backend, bad, one)
    is_mixed = bad.share < DEAD_SHARE and bad.switches >= LEAST_SWITCHES
    has_failed = is_mixed or (is_failing and backend.failed >= LEAST_BAD)
    if not has_failed or _is_only_slow(backend, bad, facts):
        return None  # the median tells why
    if is_mixed:
        return _mixed(backend, bad)
    is_down = bad.is_bad_now or bad.share >= DEAD_SHARE
    return (_dead if is_down else _over)(backend, bad, kind)


def _main_kind(backend: BackendPeriod) -> str:
    """The most frequent kind of failure that is not a skipped call; empty without any."""
    told = {kind: n for kind, n in backend.failures.items() if kind != LEFT_ALONE_KIND}
    return max(told, key=lambda kind: (told[kind], kind), default="")


def _slept_before(bad: BadCalls) -> bool:
    """Whether the bad calls are the first after a long pause, and the later ones good."""
    has_slept = bad.quiet_s is not None and bad.quiet_s >= COLD_AFTER_S
    return has_slept and bad.switches <= 2 and not bad.is_bad_now


def _is_only_slow(backend: BackendPeriod, bad: BadCalls, facts: Facts) -> bool:
    before = facts.before.of(backend.backend)
    is_troubled = backend.failed + backend.retried >= bad.bad / 2
    return not is_troubled and before is not None and is_slow(backend, before)


def _bad_process(bad: BadCalls) -> ProcessCalls | None:
    """The process that has nearly all bad calls, if others have enough good ones."""
    if len(bad.processes) < 2:
        return None
    worst = max(bad.processes, key=lambda one: one.bad)
    others = [one for one in bad.processes if one is not worst]
    good = sum(one.calls - one.bad for one in others)
    is_alone = worst.bad >= DEAD_SHARE * bad.bad and worst.bad >= worst.calls / 2
    return worst if is_alone and good >= LEAST_BAD else None


def _failures_line(backend: BackendPeriod, bad: BadCalls) -> str:
    kinds = sorted(backend.failures.items(), key=lambda pair: (-pair[1], pair[0]))
    why = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in kinds)
    failed = f"{backend.failed:,} of {counted(backend.calls, 'call')} failed"
    return f"{failed} ({why})." if why else f"{bad.bad:,} of {counted(bad.calls, 'call')} were bad."


def _dead(backend: BackendPeriod, bad: BadCalls, kind: str) -> LikelyCause:
    name = backend.backend
    last = (
        f"It last answered at {bad.last_good_at:%H:%M:%S} UTC."
        if bad.last_good_at
        else "It has not answered in this time at all."
    )
    return LikelyCause(
        CauseKind.DEAD,
        name,
        f"The backend {name} is down: it {_UNREACHED.get(kind, 'does not answer')}.",
        (_failures_line(backend, bad), last),
        f"Start {name} again or look at its log; until it answers, set another backend in force.",
        bad.first_bad_at,
    )


def _over(backend: BackendPeriod, bad: BadCalls, kind: str) -> LikelyCause:
    name = backend.backend
    return LikelyCause(
        CauseKind.OVER,
        name,
        f"The backend {name} {_UNREACHED.get(kind, 'did not answer')} for a while and answers "
        "again.",
        (_failures_line(backend, bad),),
        "Nothing now; its log says why. Comments that failed are scored again by themselves.",
        bad.first_bad_at,
    )


def _refusing(backend: BackendPeriod, bad: BadCalls, kind: str) -> LikelyCause:
    name = backend.backend
    return LikelyCause(
        CauseKind.REFUSING,
        name,
        f"The backend {name} refuses our calls: it {_REFUSALS[kind]}.",
        (_failures_line(backend, bad),),
        _REFUSAL_ADVICE.get(kind, f"Correct the settings of {name} and check it by hand."),
        bad.first_bad_at,
    )


def _cold(backend: BackendPeriod, bad: BadCalls) -> LikelyCause:
    name = backend.backend
    slept = bad.quiet_s is not None and bad.quiet_s >= COLD_AFTER_S
    quiet = (bad.quiet_s or 0.0) * 1000
    evidence = [f"{bad.bad:,} of {counted(bad.calls, 'call')} waited for it or failed meanwhile."]
    if slept:
        evidence.append(f"No call had been made for {span(quiet)} before.")
    loading = backend.failures.get(_LOADING, 0)
    if loading:
        evidence.append(f"{counted(loading, 'call')} met a model that was still loading.")
    return LikelyCause(
        CauseKind.COLD,
        name,
        f"The backend {name} starts cold: its model is loaded when the first calls come.",
        tuple(evidence),
        "Keep one replica running, or send it a call every few minutes; it is over once it is "
        "loaded.",
        bad.first_bad_at,
    )


def _replica_process(backend: BackendPeriod, bad: BadCalls, one: ProcessCalls) -> LikelyCause:
    rest = bad.calls - one.calls
    others = bad.bad - one.bad
    return LikelyCause(
        CauseKind.REPLICA,
        one.process,
        f"Only the process {one.process} has trouble with {backend.backend}; the others don't.",
        (
            f"{one.bad:,} of its {counted(one.calls, 'call')} were bad, {others:,} of {rest:,} of "
            "the other processes.",
        ),
        f"Restart {one.process}.",
        bad.first_bad_at,
    )


def _mixed(backend: BackendPeriod, bad: BadCalls) -> LikelyCause | None:
    name = backend.backend
    told = f"{bad.bad:,} of {counted(bad.calls, 'call')} failed, were tried again or far slower"
    if bad.mixing >= MIXED:
        if bad.share > MOST_OF_A_REPLICA:
            return None
        parts = round(1 / bad.share)
        like = f", as if 1 of {parts} replicas was bad" if parts > 1 else ""
        return LikelyCause(
            CauseKind.REPLICA,
            name,
            f"One replica behind {name} is likely bad: calls fail or lag in between good ones.",
            (
                f"{told}{like}.",
                f"They come in no order: {counted(bad.switches, 'change')} between good and bad.",
            ),
            f"Look at the replicas of {name} one by one and take the bad one out.",
            bad.first_bad_at,
        )
    return LikelyCause(
        CauseKind.FLAPPING,
        name,
        f"The backend {name} flaps: it comes and goes, all calls of some time being bad.",
        (f"{told}.", f"It changed {bad.switches} times between the two."),
        f"Look for restarts of {name}: memory, a health check that is too strict, or a deployment "
        "that fails.",
        bad.first_bad_at,
    )
