"""Which cause is named for which figures. The whole log behind them: test_likely_causes.py."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.servinglog.answers import Refused
from core.servinglog.causes.cause import CauseKind
from core.servinglog.causes.facts import (
    BackendPeriod,
    BadCalls,
    ChangeKind,
    ClockStep,
    Facts,
    Period,
    ProcessCalls,
    SiteChange,
)
from core.servinglog.causes.likely_cause import likely_cause
from core.servinglog.windows import Window

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=4)
USUAL = BackendPeriod(
    *("gpu", 1_000, 1_000, 90.0, 200.0),
    queue_ms=1.0,
    tokenize_ms=2.0,
    compute_ms=80.0,
    network_ms=7.0,
    chars=200.0,
)
BEFORE = Period(
    Window(NOW - timedelta(hours=24), NOW - timedelta(hours=1)),
    (USUAL,),
    requests=1_000,
    most_in_a_minute=90,
    busy_minute=60,
)
QUIET = replace(USUAL, calls=100, answered=100)
GOOD = BadCalls("gpu", 100, 1, switches=2)


def facts(
    backend: BackendPeriod = QUIET,
    bad: BadCalls = GOOD,
    refused: Mapping[str, int] | None = None,
    *,
    most: int = 60,
    **more: object,
) -> Facts:
    shut_out = tuple(Refused(reason, number, NOW) for reason, number in (refused or {}).items())
    requests = backend.calls + sum((refused or {}).values())
    window = Window(NOW - timedelta(minutes=5), NOW)
    now = Period(window, (backend,), shut_out, requests, most_in_a_minute=most)
    return Facts(now, BEFORE, {"gpu": bad}, **more)  # type: ignore[arg-type]


def failing(kinds: Mapping[str, int], calls: int = 100) -> BackendPeriod:
    failed = sum(kinds.values())
    return replace(QUIET, calls=calls, answered=calls - failed, failures=kinds)


def bad(share: float, switches: int, **more: object) -> BadCalls:
    known = BadCalls(
        *("gpu", 100, round(100 * share), switches),
        first_bad_at=BEGAN,
        last_bad_at=NOW,
        last_good_at=BEGAN if share > 0.9 else NOW,
        quiet_s=1.0,
    )
    return replace(known, **more)  # type: ignore[arg-type]


ALL_BAD = bad(1.0, 0, last_good_at=None)
SLOW = replace(QUIET, p50=1_200.0, compute_ms=1_180.0)
OUTAGE = failing({"connect": 20, "circuit_open": 80})
CASES: dict[str, tuple[Facts, CauseKind | None]] = {
    "as before": (facts(), None),
    "a little slower": (facts(replace(QUIET, p50=170.0)), None),
    "twice as slow, but by little time": (
        Facts(
            Period(BEFORE.window, (replace(QUIET, p50=9.0),), requests=100),
            replace(BEFORE, backends=(replace(USUAL, p50=4.0),)),
        ),
        None,
    ),
    "few calls": (facts(replace(SLOW, calls=5, answered=5)), None),
    "nothing known of before": (
        replace(facts(SLOW), before=replace(BEFORE, backends=())),
        None,
    ),
    "some failures": (facts(failing({"timeout": 3}), bad(0.03, 6)), None),
    "no traffic": (Facts(Period(BEFORE.window), BEFORE), None),
    "compute": (facts(SLOW, ALL_BAD), CauseKind.SLOW),
    "no phase known": (facts(replace(QUIET, p50=1_200.0, compute_ms=None)), CauseKind.SLOW),
    "network": (facts(replace(QUIET, p50=900.0, network_ms=800.0)), CauseKind.NETWORK),
    "queue": (facts(replace(QUIET, p50=900.0, queue_ms=800.0)), CauseKind.QUEUE),
    "burst": (facts(replace(QUIET, p50=900.0, queue_ms=800.0), most=200), CauseKind.BURST),
    "burst that only makes callers wait": (facts(most=200), None),
    "slow backend in a burst": (facts(SLOW, most=200), CauseKind.SLOW),
    "longer texts": (
        facts(replace(QUIET, p50=800.0, compute_ms=790.0, chars=2_000.0)),
        CauseKind.LONG_TEXTS,
    ),
    "larger calls": (
        facts(replace(QUIET, p50=1_400.0, compute_ms=1_390.0, size=16.0)),
        CauseKind.LONG_TEXTS,
    ),
    "longer texts don't explain it": (
        facts(replace(QUIET, p50=3_000.0, compute_ms=2_990.0, chars=400.0)),
        CauseKind.SLOW,
    ),
    "dead": (facts(OUTAGE, ALL_BAD), CauseKind.DEAD),
    "dead since a while": (
        facts(failing({"connect": 50}), bad(0.5, 1, last_good_at=BEGAN)),
        CauseKind.DEAD,
    ),
    "was dead": (
        facts(failing({"connect": 50}), bad(0.5, 2, last_bad_at=BEGAN)),
        CauseKind.OVER,
    ),
    "only skipped calls": (facts(failing({"circuit_open": 100}), ALL_BAD), CauseKind.DEAD),
    "key refused": (facts(failing({"auth": 9, "circuit_open": 91}), ALL_BAD), CauseKind.REFUSING),
    "quota": (facts(failing({"quota": 60}), bad(0.6, 40)), CauseKind.REFUSING),
    "loading": (facts(failing({"loading": 30}), bad(0.3, 1)), CauseKind.COLD),
    "asleep": (
        facts(QUIET, bad(0.1, 1, quiet_s=900.0, last_bad_at=BEGAN)),
        CauseKind.COLD,
    ),
    "flapping": (facts(failing({"connect": 50}), bad(0.5, 6)), CauseKind.FLAPPING),
    "a replica that fails": (facts(failing({"backend": 33}), bad(0.33, 44)), CauseKind.REPLICA),
    "a replica hidden by retries": (
        facts(replace(QUIET, retried=33), bad(0.33, 44)),
        CauseKind.REPLICA,
    ),
    "one process": (
        facts(
            failing({"connect": 30}),
            bad(0.3, 40, processes=(ProcessCalls("api-1", 35, 30), ProcessCalls("api-2", 65, 0))),
        ),
        CauseKind.REPLICA,
    ),
    "every process": (
        facts(
            failing({"connect": 95}),
            bad(0.95, 4, processes=(ProcessCalls("api-1", 50, 48), ProcessCalls("api-2", 50, 47))),
        ),
        CauseKind.DEAD,
    ),
    "queue full": (facts(refused={"overloaded": 30}), CauseKind.QUEUE),
    "burst refused": (facts(refused={"overloaded": 300}, most=400), CauseKind.BURST),
    "few refused": (facts(refused={"overloaded": 4}), None),
    "slow and refused": (facts(SLOW, ALL_BAD, {"overloaded": 90}), CauseKind.SLOW),
    "rate": (facts(refused={"rate_limited": 30}), CauseKind.RATE_LIMIT),
    "restart": (facts(refused={"draining": 30}), CauseKind.RESTART),
    "state": (facts(refused={"store": 30}), CauseKind.STORE),
    "a scanner without a key": (facts(refused={"unauthorized": 15}), None),
    "the site's key is gone": (facts(refused={"unauthorized": 300}), CauseKind.CALLERS),
    "clock went back": (
        facts(SLOW, ALL_BAD, clock_step=ClockStep(BEGAN, timedelta(hours=1))),
        CauseKind.CLOCK,
    ),
    "clock is ahead": (facts(future=3), CauseKind.CLOCK),
}


@pytest.mark.parametrize("name", CASES)
def test_cause_of(name: str) -> None:
    known, kind = CASES[name]
    cause = likely_cause(known)
    assert (cause and cause.kind) == kind


@pytest.mark.parametrize("name", [name for name, (_, kind) in CASES.items() if kind])
def test_cause_is_told_whole(name: str) -> None:
    cause = likely_cause(CASES[name][0])
    assert cause is not None
    for words in (cause.sentence, *cause.evidence, cause.advice):
        assert words.endswith(".")
        assert words[0].isupper() or words[0].isdigit()
    assert cause.evidence


def test_slow_backend_is_told_with_its_phases() -> None:
    cause = likely_cause(facts(SLOW, ALL_BAD))
    assert cause is not None
    assert cause.sentence == "The backend gpu is slow: it answers in 1.2 s in place of 90 ms."
    assert cause.evidence == (
        "Compute took 1.2 s in place of 80 ms; queue, tokenize and network did not grow.",
    )
    assert cause.since == BEGAN


def test_version_seen_shortly_before_is_evidence() -> None:
    rolled_out = SiteChange(ChangeKind.MODEL, "gpu", "7c1e", BEGAN - timedelta(seconds=40))
    others = (
        SiteChange(ChangeKind.MODEL, "gpu", "6b0d", BEGAN - timedelta(hours=1)),
        SiteChange(ChangeKind.MODEL, "onnx", "v2", BEGAN),
        SiteChange(ChangeKind.PROCESS, "api-7", "", BEGAN),
    )
    cause = likely_cause(facts(SLOW, ALL_BAD, changes=(*others, rolled_out)))
    assert cause is not None
    assert cause.evidence[-1] == (
        "Version 7c1e of gpu was first seen at 11:55:20 UTC; it began 40 s later."
    )
    assert "Going back to the version before" in cause.advice


def test_change_explains_no_burst() -> None:
    change = SiteChange(ChangeKind.MODEL, "", "7c1e", BEGAN)
    cause = likely_cause(facts(refused={"overloaded": 300}, most=400, changes=(change,)))
    assert cause is not None
    assert not any("7c1e" in words for words in cause.evidence)
