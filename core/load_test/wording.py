"""Load tests in words, for the page and the command. Pure."""

from core.load_test.results import LoadTest, LoadTestStatus, RateStep
from core.load_test.rising_rate import Knee, find_knee
from core.load_test.scalability import UslFit

STATUS_WORDS: dict[LoadTestStatus, str] = {
    LoadTestStatus.RUNNING: "runs",
    LoadTestStatus.DONE: "done",
    LoadTestStatus.STOPPED: "stopped",
    LoadTestStatus.FAILED: "failed",
}
FEW_WORKERS = "The law needs three different numbers of workers, such as 1, 2 and 4."


def target_words(test: LoadTest) -> str:
    """`own servers, 1, 2 and 4 workers`, or the URL."""
    if test.plan.url is not None:
        return test.plan.url
    return f"own servers, {workers_words(test.plan.workers)}"


def workers_words(numbers: tuple[int, ...]) -> str:
    """`1 worker`, `1, 2 and 4 workers`."""
    *first, last = [str(number) for number in numbers]
    joined = f"{', '.join(first)} and {last}" if first else last
    return f"{joined} worker{'' if joined == '1' else 's'}"


def objective_words(test: LoadTest) -> str:
    """`99 % of requests answered within 500 ms`."""
    share = f"{test.plan.share * 100:.4g} %"
    return f"{share} of requests answered within {test.plan.within_ms:,.4g} ms"


def knee_words(test: LoadTest, workers: int) -> str:
    """Where the objective breaks, in a sentence."""
    knee = find_knee(test.steps_of(workers), test.plan.share)
    if knee.held_rps is None and knee.broke_rps is None:
        return "No rate was tried yet."
    if knee.held_rps is None:
        return f"The objective broke at every rate, down to {_rate(knee.broke_rps)} a second."
    if knee.broke_rps is None:
        return f"The objective held up to {_rate(knee.held_rps)} a second, the highest rate tried."
    return (
        f"The objective holds up to {_rate(knee.held_rps)} requests a second and breaks at "
        f"{_rate(knee.broke_rps)}."
    )


def headroom_words(knee: Knee, busiest_rps: float) -> str:
    """The knee against this site's busiest traffic."""
    if knee.held_rps is None:
        return "Headroom is known once a rate held."
    if busiest_rps <= 0:
        return "This site had no live traffic in the last 7 days to compare with."
    times = knee.headroom(busiest_rps)
    return (
        f"The busiest minute of the last 7 days had {_rate(busiest_rps)} requests a second: "
        f"the knee is {_rate(times)} times that."
    )


def client_words(steps: tuple[RateStep, ...]) -> str | None:
    """A warning if the sender may have been the slow part; None if not."""
    busy = [one.offered_rps for one in steps if one.is_client_busy]
    if not busy:
        return None
    return (
        f"From {_rate(min(busy))} a second on the sender itself kept a core busy, so the server "
        "may be faster than this shows."
    )


def law_words(fit: UslFit | None) -> str:
    """What the law says of more workers."""
    if fit is None:
        return FEW_WORKERS
    best = fit.best
    lines = [
        f"One worker answers {_rate(best.per_second)} requests a second; contention "
        f"{_share(best.contention)}{_between(fit.contention_interval)}, coherency "
        f"{_share(best.coherency)}{_between(fit.coherency_interval)}."
    ]
    peak = best.peak_workers
    if peak is None:
        lines.append("Throughput does not fall with more workers, as far as was measured.")
    else:
        workers = "1 worker" if round(peak) <= 1 else f"{peak:,.0f} workers"
        lines.append(f"Throughput would be highest with about {workers}.")
    if not fit.draws:
        lines.append("With one round nothing is known of the interval.")
    return " ".join(lines)


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" ({_share(interval[0])} to {_share(interval[1])})"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _rate(value: float | None) -> str:
    if value is None:
        return "no rate"
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.3g}"
