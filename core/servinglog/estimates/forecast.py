"""How long a job takes: an interval that holds 90 % of what such jobs take. Pure.

Calls are drawn from the log, each as long as it was, or scaled by a fitted line to another number
of comments. Neighbouring calls are alike, because a machine is slow for minutes and not for one
call, so the job as a whole gets the effect of a drawn period. Both are uncertain where the log is
short, and the interval is wider by that. See docs/how_long.md.
"""

from math import sqrt

import numpy as np

from core.servinglog.estimates.calls import Bools, Calls, Floats, Ints
from core.servinglog.estimates.cost import Cost, fit_cost
from core.servinglog.estimates.periods import find_periods, misfit
from core.servinglog.estimates.plan import Basis, JobForecast, JobPlan, Scaling, TooFew
from core.servinglog.record import Mode

FEWEST, ENOUGH = 8, 20
"""Calls: of fewer than `FEWEST` nothing is said; calls of the same size are preferred from
`ENOUGH` on."""
NEAR = 0.25
"""Sizes that differ by at most this share count as the same."""
REACH = 2.0
"""How many times as large as the largest logged size a call may be, to be fitted."""
DRAWS = 2_000
DRAWN_CALLS = 200
"""Of a longer job so many calls are drawn, and the rest follows from them."""
SEED = 20261129


def forecast(calls: Calls, plan: JobPlan, begins_s: float | None = None) -> JobForecast | TooFew:
    """Of a job that begins at that moment, on the clock of the calls: a slow period that has just
    been seen goes on for a while. None is a moment of which nothing is known. The same log gives
    the same answer. Warm calls count; cold starts are added by `with_cold_start`."""
    warm = calls.warm
    pool, scaling = _at_once(warm, plan.replicas)
    found = _choose(pool, plan.batch)
    if isinstance(found, TooFew) and scaling is Scaling.MEASURED:
        pool, scaling = warm, Scaling.IDEAL
        found = _choose(pool, plan.batch)
    if isinstance(found, TooFew):
        return found
    chosen, basis = found
    cost = fit_cost(chosen.chars.astype(np.float64), chosen.ms)
    generator = np.random.default_rng(SEED)
    each_ms, last_share = _standard(chosen, plan, cost)
    periods = find_periods(chosen.started_s, each_ms, plan.calls_each)
    rest = periods.rest * each_ms.mean()
    after_s = np.inf if begins_s is None else max(0.0, begins_s - float(chosen.started_s[-1]))
    factor = periods.draw(DRAWS, after_s, generator)
    if basis is Basis.FITTED:
        factor = factor * _misfit_draws(chosen, cost, generator)
    draws = np.sort(factor * _sums(rest, plan, last_share, generator))
    return JobForecast(
        plan=plan,
        draws_ms=draws,
        calls=len(chosen),
        pieces=periods.count,
        sizes=(int(chosen.sizes.min()), int(chosen.sizes.max())),
        basis=basis,
        scaling=scaling,
        is_uneven=periods.true_spread > periods.spread / 2 and periods.spread > 0.0025,
    )


def _at_once(calls: Calls, replicas: int) -> tuple[Calls, Scaling]:
    """The calls that ran beside as many others as the job's will."""
    level = calls.in_flight == replicas
    if replicas == 1:
        live = calls.modes != Mode.LOAD_TEST
        alone = level & live
        return calls.only(alone if alone.sum() >= ENOUGH else live), Scaling.ONE
    if level.sum() >= ENOUGH:
        return calls.only(level), Scaling.MEASURED
    return _at_once(calls, 1)[0], Scaling.IDEAL


def _choose(calls: Calls, batch: int) -> tuple[Calls, Basis] | TooFew:
    """Those of batches if there are enough, else those of any live traffic; else a line through all
    sizes; else few of the same size."""
    near = np.abs(calls.sizes - batch) <= NEAR * batch
    of_batches = near & (calls.modes == Mode.BATCH)
    for which in (of_batches, near):
        if which.sum() >= ENOUGH:
            return calls.only(which), Basis.SAME_SIZE
    if len(calls) >= ENOUGH and _is_in_reach(calls, batch):
        return calls, Basis.FITTED
    for which in (of_batches, near):
        if which.sum() >= FEWEST:
            return calls.only(which), Basis.SAME_SIZE
    comments = "1 comment" if batch == 1 else f"about {batch:,} comments"
    return TooFew(int(near.sum()), FEWEST, f"calls of {comments}")


def _is_in_reach(calls: Calls, batch: int) -> bool:
    """Between two sizes that were logged, or not far from three."""
    low, high = int(calls.sizes.min()), int(calls.sizes.max())
    if low <= batch <= high:
        return True
    is_known = len(_groups(calls.sizes)) >= 3
    return is_known and low / REACH <= batch <= high * REACH


def _groups(sizes: Ints) -> list[Bools]:
    """Sizes that several calls have."""
    values, counts = np.unique(sizes, return_counts=True)
    return [sizes == value for value in values[counts >= 5]]


def _standard(chosen: Calls, plan: JobPlan, cost: Cost) -> tuple[Floats, float]:
    """What each call would have taken with `batch` comments of the plan's length, and the share of
    it that the job's last call takes, which has fewer comments."""
    chars, sizes = chosen.chars.astype(np.float64), chosen.sizes.astype(np.float64)
    each = chars / sizes
    if plan.chars is not None:
        length = np.full(len(chosen), plan.chars)
    else:
        mean = chars.sum() / sizes.sum()
        # The mean length of few comments varies more than that of many.
        length = np.maximum(0.0, mean + (each - mean) * np.sqrt(sizes / plan.batch))
    wanted = cost.of(plan.batch * length)
    last = plan.comments - (plan.calls - 1) * plan.batch
    share = float(cost.of(last * length).mean() / wanted.mean())
    return chosen.ms / cost.of(chars) * wanted, share


def _sums(rest: Floats, plan: JobPlan, last_share: float, generator: np.random.Generator) -> Floats:
    """Times of the whole job without the effect of periods: that of the slowest replica."""
    if plan.replicas == 1 or plan.calls == 1:
        calls = plan.calls - 1 + last_share
    else:
        calls = max(1.0, plan.calls / plan.replicas)
    most = max(1, DRAWN_CALLS // plan.replicas)
    drawn = min(most, plan.calls_each)
    picked = generator.choice(rest, (DRAWS, min(plan.replicas, plan.calls), drawn))
    mean = rest.mean()
    # The mean of more calls than were drawn varies less, by the root of their number.
    means = mean + (picked.mean(axis=2) - mean) * sqrt(drawn / max(calls, 1.0))
    each: Floats = np.maximum(means, 0.0).max(axis=1) * calls
    return each


def _misfit_draws(chosen: Calls, cost: Cost, generator: np.random.Generator) -> Floats:
    """Factors by which a call of another size may be off the line."""
    ratios = chosen.ms / cost.of(chosen.chars.astype(np.float64))
    spread, groups = misfit([ratios[which] for which in _groups(chosen.sizes)])
    if groups < 2:
        return np.ones(DRAWS)
    student = generator.standard_t(groups - 1, DRAWS)
    return np.exp(np.clip(student, -5.0, 5.0) * spread * sqrt(1 + 1 / groups))
