"""What a cold start adds to a job: the first call of a process, or the first after an idle time."""

from dataclasses import replace

import numpy as np

from core.servinglog.estimates.calls import Calls, Floats
from core.servinglog.estimates.cost import fit_cost
from core.servinglog.estimates.forecast import FEWEST, SEED
from core.servinglog.estimates.plan import JobForecast


def cold_extra(calls: Calls) -> Floats:
    """Milliseconds that each logged cold start took more than a warm call of its length; empty if
    there is none, or too few warm calls to compare with."""
    warm, cold = calls.warm, calls.only(calls.is_cold)
    if len(warm) < FEWEST or not len(cold):
        return np.zeros(0)
    cost = fit_cost(warm.chars.astype(np.float64), warm.ms)
    return np.maximum(0.0, cold.ms - cost.of(cold.chars.astype(np.float64)))


def with_cold_start(warm: JobForecast, extra_ms: Floats) -> JobForecast:
    """The same job after a cold start, each draw longer by one that was logged; at least one."""
    generator = np.random.default_rng(SEED)
    drawn = warm.draws_ms + generator.choice(extra_ms, len(warm.draws_ms))
    return replace(warm, draws_ms=np.sort(drawn))
