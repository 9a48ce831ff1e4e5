"""What a cache and a cascade gain: the full model alone, with either of them, and with both.

Every round runs all setups, so that a busy minute of the machine affects each equally.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.benchmarks.local_setups import ONE_BY_ONE, SETUPS
from core.benchmarks.local_texts import bench_texts
from core.bootstrap.backends import make_backend, read_first_stage_of
from core.clock import system_clock
from core.config import Settings
from core.errors import ConsoleError
from core.inference.base import Backend, CallMetadata, TextResult
from core.inference.cache import CachedBackend
from core.inference.cascade.backend import CascadeBackend, ClearingRule, Predictor, near_edges
from core.moderation.clearing import (
    acting_edges,
    is_flagged,
    pass_threshold,
    share_at_most,
)
from core.moderation.default_policy import default_policy
from core.moderation.policies import Policy

ROUNDS = 3
CALL_TEXTS = 64
ALONE = 150
"""Number of texts for the setups that score one text per call; the others score all."""
NEWEST = 200
NEW_EACH_POLL = {f"newest {NEWEST} every 5 min": 42, f"newest {NEWEST} every minute": 8}
"""Traffic patterns, and how many comments of each poll are new: Hacker News ids rose by 8.35 a
minute in October 2022."""
NOW_S = system_clock().monotonic
ONCE = "each once"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The first stage's threshold on these texts: of `flagged` texts it would miss `missed`, and at
    95 % confidence at most the share `bound`."""

    pass_below: float
    flagged: int
    missed: int
    bound: float


@dataclass(frozen=True, slots=True)
class CascadeSetup:
    """One setup. `open` makes a new backend for each round, so that no cache is warm."""

    name: str
    traffic: str
    open: Callable[[], Backend]
    call_texts: int = CALL_TEXTS


class CascadeRun:
    """The measurements of one setup."""

    def __init__(self, setup: CascadeSetup, texts: Sequence[str]) -> None:
        self.setup = setup
        self.texts = texts
        self.rates: list[float] = []
        self.calls: list[CallMetadata] = []
        self.results: list[TextResult] = []

    def run_round(self) -> None:
        """Score all texts once, in calls of the setup's size."""
        backend, size = self.setup.open(), self.setup.call_texts
        self.calls, self.results = [], []
        begin = NOW_S()
        for start in range(0, len(self.texts), size):
            answer = backend.score(self.texts[start : start + size])
            self.calls.append(answer.call)
            self.results += answer.results
        self.rates.append(len(self.texts) / (NOW_S() - begin))


def run(settings: Settings, say: Callable[[str], None], file: Path | None = None) -> dict[str, Any]:
    """A row for each setup, with the bound of missed flags next to every cascade."""
    source, texts = bench_texts(settings, file)
    texts = list(dict.fromkeys(texts))
    policy = default_policy(system_clock().now())
    full, first = make_backend(settings), read_first_stage_of(settings)
    full.load()
    say(f"every comment once by {full.info.model_version}")
    reference = dict(zip(texts, full.score(texts).results, strict=True))
    flagged = {text for text, result in reference.items() if _flagged(result, policy)}
    threshold = _threshold(texts, flagged, first, policy, settings.cascade_missed_share)
    rule = ClearingRule(acting_edges(policy), threshold.pass_below, settings.cascade_audit_share)
    trials = _trials(texts, full, CascadeBackend(full, first, rule, lambda: policy), settings)
    pipeline, why = _pipeline(settings, texts)
    pipeline_rates: list[float] = []
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        if pipeline is not None:
            pipeline_rates.append(pipeline())
        for trial in trials:
            trial.run_round()
    base = statistics.median(pipeline_rates) if pipeline_rates else None
    alone = statistics.median(trials[0].rates)
    return {
        "benchmark": "cascade",
        "texts": source,
        "comments": len(texts),
        "model_version": full.info.model_version,
        "first_stage": first.version,
        "first_stage_per_s_one_core": round(_first_stage_rate(first, texts)),
        "pipeline_one_by_one_per_s": round(base, 1) if base else f"not measured: {why}",
        "rows": [_row(trial, alone, base, threshold, flagged) for trial in trials],
        "flagged_by_full_model": threshold.flagged,
        "bound": f"at most {threshold.bound:.2%} of flags missed (95 %), on these comments",
        "shows_the_promise": threshold.bound <= settings.cascade_missed_share,
    }


def _threshold(
    texts: Sequence[str], flagged: set[str], first: Predictor, policy: Policy, promise: float
) -> Threshold:
    """The threshold that keeps the promise. With too few flags to prove one, the threshold that
    misses none of them, with the bound that follows from their number."""
    edges = acting_edges(policy)
    near = near_edges(first, texts, first.predict(texts), policy, edges)
    risky = [value for value, text in zip(near, texts, strict=True) if text in flagged]
    if not risky:
        raise ConsoleError("the full model flags none of these comments: there is nothing to bound")
    found = pass_threshold(risky, promise)
    pass_below = min(risky) if found is None else found
    missed = sum(value < pass_below for value in risky)
    return Threshold(pass_below, len(risky), missed, share_at_most(missed, len(risky)))


def _trials(
    texts: Sequence[str], full: Backend, cascade: CascadeBackend, settings: Settings
) -> list[CascadeRun]:
    entries = settings.cache_size or len(texts)

    def with_cache() -> Backend:
        return CachedBackend(full, entries=entries)

    def with_both() -> Backend:
        return CachedBackend(cascade, entries=entries)

    trials = [
        CascadeRun(
            CascadeSetup("full model, one by one", ONCE, lambda: full, call_texts=1), some_of(texts)
        ),
        CascadeRun(CascadeSetup("full model", ONCE, lambda: full), texts),
        CascadeRun(CascadeSetup("with cascade", ONCE, lambda: cascade), texts),
    ]
    for traffic, new in NEW_EACH_POLL.items():
        polls = polled(texts, new)
        # All comments of a poll are scored in one call.
        trials.append(CascadeRun(CascadeSetup("with cache", traffic, with_cache, NEWEST), polls))
        trials.append(
            CascadeRun(CascadeSetup("with cascade and cache", traffic, with_both, NEWEST), polls)
        )
    return trials


def polled(texts: Sequence[str], new: int) -> list[str]:
    """The texts in the order polls return them: each poll has NEWEST texts, `new` of them not seen
    before."""
    newest = min(NEWEST, len(texts))
    ends = range(newest, len(texts) + 1, new)
    return [text for end in ends for text in texts[end - newest : end]]


def some_of(texts: Sequence[str]) -> Sequence[str]:
    """At most ALONE texts, spread over the whole list: old and new comments differ in length."""
    return texts[:: -(-len(texts) // ALONE)]


def _pipeline(
    settings: Settings, texts: Sequence[str]
) -> tuple[Callable[[], float] | None, str | None]:
    """A function that measures comments per second of the plain pipeline, as in `bench local`; or
    why it can't run."""
    try:
        score = SETUPS[ONE_BY_ONE].open(settings)
    except ConsoleError as error:
        return None, str(error)
    some = some_of(texts)

    def rate() -> float:
        begin = NOW_S()
        for text in some:
            score([text])
        return len(some) / (NOW_S() - begin)

    return rate, None


def _first_stage_rate(first: Predictor, texts: Sequence[str]) -> float:
    """The best of several rounds: each is so short that any other work on the machine would distort
    it."""

    def took_s() -> float:
        begin = NOW_S()
        for start in range(0, len(texts), CALL_TEXTS):
            first.predict(texts[start : start + CALL_TEXTS])
        return NOW_S() - begin

    return len(texts) / min(took_s() for _ in range(2 * ROUNDS))


def _row(
    trial: CascadeRun, alone: float, pipeline: float | None, threshold: Threshold, flagged: set[str]
) -> dict[str, Any]:
    rate, count = statistics.median(trial.rates), len(trial.texts)
    cleared = {
        text
        for text, result in zip(trial.texts, trial.results, strict=True)
        if result.model_version is not None
    }
    is_cascade = "cascade" in trial.setup.name
    return {
        "way": trial.setup.name,
        "traffic": trial.setup.traffic,
        "comments/s": round(rate, 1),
        "min–max": f"{min(trial.rates):.1f}–{max(trial.rates):.1f}",
        "times_full_one_by_one": round(rate / alone, 2),
        "times_pipeline": round(rate / pipeline, 1) if pipeline else "",
        "hit_%": round(100 * sum(call.cache_hits for call in trial.calls) / count, 1),
        "cleared_%": round(100 * len(cleared) / len(set(trial.texts)), 1),
        "flags_missed": f"{len(cleared & flagged)} of {threshold.flagged}" if is_cascade else "",
        "bound_%": round(100 * threshold.bound, 2) if is_cascade else "",
    }


def _flagged(result: TextResult, policy: Policy) -> bool:
    return result.error is None and is_flagged(result.scores, policy)
