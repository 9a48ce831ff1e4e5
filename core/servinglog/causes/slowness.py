"""Causes in which answers come, and come late. Pure."""

from datetime import datetime

from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import BackendPeriod, BadCalls, Facts
from core.servinglog.causes.measures import counted, growth, phases_line, ratio, span, times

LEAST_CALLS = 10
SLOWER = 2.0
LEAST_GROWTH_MS = 20.0
LONGER = 1.8
SAME_COST = 1.5
"""Up to this many times the time for one character, only the texts are longer."""
BURST = 3.0


def slow_cause(facts: Facts) -> LikelyCause | None:
    """For the backend that slowed down most; None if none did, or nothing is known of before."""
    slow = [
        (ratio(one.p50, before.p50), one, before)
        for one in facts.now.backends
        if (before := facts.before.of(one.backend)) is not None and is_slow(one, before)
    ]
    if not slow:
        return None
    _, now, before = max(slow, key=lambda found: found[0])
    return _of_phase(facts, now, before)


def is_slow(now: BackendPeriod, before: BackendPeriod) -> bool:
    """Whether the median call takes far longer than before."""
    if now.p50 is None or before.p50 is None:
        return False
    is_much = now.p50 >= SLOWER * before.p50 and now.p50 - before.p50 >= LEAST_GROWTH_MS
    return is_much and min(now.answered, before.answered) >= LEAST_CALLS


def is_burst(facts: Facts) -> bool:
    """Whether a minute brought far more requests than a busy one before."""
    before = facts.before.busy_minute
    return before > 0 and facts.now.most_in_a_minute >= BURST * before


def burst_line(facts: Facts) -> str:
    """`1,200 requests came in the busiest minute; before, a busy one had 100.`"""
    now, before = facts.now.most_in_a_minute, facts.before.busy_minute
    return f"{now:,} requests came in the busiest minute; before, a busy one had {before:,}."


def _of_phase(facts: Facts, now: BackendPeriod, before: BackendPeriod) -> LikelyCause:
    bad = facts.bad.get(now.backend)
    longer = ratio(now.chars, before.chars) * ratio(now.size, before.size)
    if longer >= LONGER and ratio(now.p50, before.p50) <= SAME_COST * longer:
        return _long_texts(now, before, bad)
    grown = growth(now, before)
    phase = max(grown, key=lambda name: grown[name])
    if is_burst(facts) and phase in ("queue", "other", "network"):
        return _burst(facts, now, before, bad)
    if phase == "queue":
        return _queue(facts, now, before, bad)
    if phase == "network":
        return _network(now, before, bad)
    return _slow(now, before, bad)


def _since(bad: BadCalls | None) -> datetime | None:
    return None if bad is None else bad.first_bad_at


def _change(now: BackendPeriod, before: BackendPeriod) -> str:
    return f"answers in {span(now.p50 or 0)} in place of {span(before.p50 or 0)}"


def _long_texts(now: BackendPeriod, before: BackendPeriod, bad: BadCalls | None) -> LikelyCause:
    texts = (
        f"The median text has {now.chars:,.0f} characters, before {before.chars:,.0f}."
        if ratio(now.chars, before.chars) >= ratio(now.size, before.size)
        else f"The median call has {now.size:,.0f} texts, before {before.size:,.0f}."
    )
    return LikelyCause(
        CauseKind.LONG_TEXTS,
        now.backend,
        f"Longer texts come in: {now.backend} {_change(now, before)}.",
        (texts, f"A character costs {_cost(now, before)} as before."),
        "Find who sends them; MODCONSOLE_READ_CHARS limits how much of a text is read, and the "
        "cascade spares the model the harmless ones.",
        _since(bad),
    )


def _cost(now: BackendPeriod, before: BackendPeriod) -> str:
    longer = ratio(now.chars, before.chars) * ratio(now.size, before.size)
    cost = ratio(now.p50, before.p50) / longer
    return "as much" if 0.67 <= cost <= SAME_COST else f"{times(cost)} as much"


def _burst(
    facts: Facts, now: BackendPeriod, before: BackendPeriod, bad: BadCalls | None
) -> LikelyCause:
    return LikelyCause(
        CauseKind.BURST,
        now.backend,
        f"A burst of requests: {now.backend} {_change(now, before)}.",
        (burst_line(facts), phases_line(now, before)),
        "If it is meant, add replicas; if not, find the key that sends it and lower its rate.",
        _since(bad),
    )


def _queue(
    facts: Facts, now: BackendPeriod, before: BackendPeriod, bad: BadCalls | None
) -> LikelyCause:
    shut_out = sum(one.requests for one in facts.now.refused if one.reason == "overloaded")
    evidence = [phases_line(now, before)]
    if shut_out:
        evidence.append(f"Refused because the queue was full: {counted(shut_out, 'request')}.")
    return LikelyCause(
        CauseKind.QUEUE,
        now.backend,
        f"Requests wait in the queue: {now.backend} {_change(now, before)}.",
        tuple(evidence),
        "More comes in than is scored: add replicas, or move batch jobs to a quieter hour.",
        _since(bad),
    )


def _network(now: BackendPeriod, before: BackendPeriod, bad: BadCalls | None) -> LikelyCause:
    return LikelyCause(
        CauseKind.NETWORK,
        now.backend,
        f"The network to {now.backend} is slow: it {_change(now, before)}.",
        (phases_line(now, before),),
        f"Check the way to {now.backend}: name service, proxy, region, and what else uses the "
        "line.",
        _since(bad),
    )


def _slow(now: BackendPeriod, before: BackendPeriod, bad: BadCalls | None) -> LikelyCause:
    return LikelyCause(
        CauseKind.SLOW,
        now.backend,
        f"The backend {now.backend} is slow: it {_change(now, before)}.",
        (phases_line(now, before),),
        f"Look at the load of the machine of {now.backend}; the fallback may be faster meanwhile.",
        _since(bad),
    )
