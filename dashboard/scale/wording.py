"""The words of the page Does it scale?."""

from collections.abc import Sequence

from core.load_test.results import LoadTest, LoadTestStatus, RateStep
from core.load_test.rising_rate import Knee, find_knee
from core.load_test.scalability import UslFit
from dashboard.figures import significant
from dashboard.staff_texts import count, decimal, joined, number, said, say

STATUSES = said("scale.status", LoadTestStatus)


def target_words(test: LoadTest) -> str:
    """`own servers, 1, 2 and 4 workers`, or the URL."""
    if test.plan.url is not None:
        return test.plan.url
    return say("scale.target.own", workers=workers_words(test.plan.workers))


def workers_words(numbers: Sequence[int]) -> str:
    """`1 worker`, `1, 2 and 4 workers`."""
    if len(numbers) == 1:
        return count("scale.workers", numbers[0])
    return say("scale.workers.several", numbers=joined([str(each) for each in numbers]))


def objective_words(share: float, within_ms: float) -> str:
    """`99 % of requests answered within 500 ms`."""
    figure = number(int(within_ms)) if within_ms.is_integer() else significant(within_ms, 4)
    return say(
        "scale.result.objective",
        share=say("common.unit.percent", figure=significant(share * 100, 4)),
        limit=say("common.unit.ms", figure=figure),
    )


def basis_words(test: LoadTest) -> str:
    """What was asked of which model, and on which machine."""
    model = " ".join(filter(None, (test.backend, test.model_version)))
    return say(
        "scale.result.basis",
        objective=objective_words(test.plan.share, test.plan.within_ms),
        model=model or say("scale.result.unknown_backend"),
        machine=test.machine,
    )


def progress_words(test: LoadTest, *, is_stopping: bool) -> str:
    """How far a running test is."""
    if is_stopping:
        return say("scale.running.stopping")
    if not test.rounds and not test.steps:
        return say("scale.running.starting")
    rounds = count("scale.running.rounds", len(test.rounds))
    rates = count("scale.running.rates", len(test.steps))
    if not test.steps:
        return say("scale.running.so_far", rounds=rounds, rates=rates)
    near = decimal(test.steps[-1].offered_rps, 0)
    return say("scale.running.so_far_near", rounds=rounds, rates=rates, rate=near)


def knee_words(test: LoadTest, workers: int) -> str:
    """Where the objective breaks, in a sentence."""
    knee = find_knee(test.steps_of(workers), test.plan.share)
    if knee.held_rps is None and knee.broke_rps is None:
        return say("scale.knee.not_tried")
    if knee.held_rps is None:
        return say("scale.knee.broke_always", broke=_rate(knee.broke_rps))
    if knee.broke_rps is None:
        return say("scale.knee.held_always", held=_rate(knee.held_rps))
    return say("scale.knee.between", held=_rate(knee.held_rps), broke=_rate(knee.broke_rps))


def headroom_words(knee: Knee, busiest_rps: float) -> str:
    """The knee against this site's busiest traffic."""
    if knee.held_rps is None:
        return say("scale.headroom.not_known")
    if busiest_rps <= 0:
        return say("scale.headroom.no_traffic")
    times = _rate(knee.headroom(busiest_rps))
    return say("scale.headroom.times", busiest=_rate(busiest_rps), times=times)


def client_words(steps: Sequence[RateStep]) -> str | None:
    """A warning if the sender may have been the slow part; None if not."""
    busy = [one.offered_rps for one in steps if one.is_client_busy]
    return say("scale.result.client_busy", rate=_rate(min(busy))) if busy else None


def law_words(fit: UslFit | None) -> str:
    """What the law says of more workers."""
    if fit is None:
        return say("scale.law.few_workers")
    best, peak = fit.best, fit.best.peak_workers
    lines = [
        say(
            "scale.law.one_worker",
            rate=_rate(best.per_second),
            contention=_with_interval(best.contention, fit.contention_interval),
            coherency=_with_interval(best.coherency, fit.coherency_interval),
        ),
        say("scale.law.no_peak") if peak is None else count("scale.law.peak", max(1, round(peak))),
    ]
    if not fit.draws:
        lines.append(say("scale.law.no_interval"))
    return " ".join(lines)


def _with_interval(value: float, interval: tuple[float, float] | None) -> str:
    figure = decimal(value, 3)
    if interval is None:
        return figure
    low, high = (decimal(end, 3) for end in interval)
    return say("scale.law.with_interval", value=figure, low=low, high=high)


def _rate(value: float | None) -> str:
    """Three digits that count; a dash where there is no rate."""
    if value is None:
        return "–"
    return decimal(value, 0) if value >= 99.5 else significant(value, 3)
