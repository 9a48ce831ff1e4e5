"""What load tests found, as figures and as lines of text. Pure."""

from collections.abc import Sequence
from typing import Any

from core.load_test.results import LoadTest, RateStep
from core.load_test.rising_rate import find_knee
from core.load_test.scalability import fit_usl
from core.load_test.wording import (
    STATUS_WORDS,
    client_words,
    headroom_words,
    knee_words,
    law_words,
    objective_words,
    target_words,
    workers_words,
)

WIDTH = 60


def facts_of(test: LoadTest) -> dict[str, Any]:
    """The figures of a test: for each number of workers the knee, and the law over all of them."""
    fit = fit_usl(test.throughputs)
    facts: dict[str, Any] = {
        "id": test.id,
        "status": test.status.value,
        "problem": test.problem,
        "started_at": test.started_at.isoformat(),
        "target": target_words(test),
        "backend": test.backend,
        "model_version": test.model_version,
        "machine": test.machine,
        "share": test.plan.share,
        "within_ms": test.plan.within_ms,
        "workers": [],
        "law": None,
    }
    for workers in test.plan.workers:
        knee = find_knee(test.steps_of(workers), test.plan.share)
        rounds = test.throughputs.get(workers, ())
        facts["workers"].append(
            {
                "workers": workers,
                "knee_rps": knee.held_rps,
                "broke_rps": knee.broke_rps,
                "p99_ms_at_knee": knee.step.p99_ms if knee.step else None,
                "throughput_rps": list(rounds),
            }
        )
    if fit is not None:
        facts["law"] = {
            "per_second": fit.best.per_second,
            "contention": fit.best.contention,
            "contention_interval": fit.contention_interval,
            "coherency": fit.best.coherency,
            "coherency_interval": fit.coherency_interval,
            "peak_workers": fit.best.peak_workers,
        }
    return facts


def side_by_side(tests: Sequence[LoadTest], busiest_rps: float) -> list[str]:
    """The lines of each test; of two, in two columns."""
    columns = [_lines(test, busiest_rps) for test in tests]
    if len(columns) == 1:
        return columns[0]
    wrapped = [[part for line in column for part in _wrap(line)] for column in columns]
    longest = max(map(len, wrapped))
    rows = zip(*(column + [""] * (longest - len(column)) for column in wrapped), strict=True)
    return ["  ".join(f"{cell:<{WIDTH}}" for cell in row).rstrip() for row in rows]


def _lines(test: LoadTest, busiest_rps: float) -> list[str]:
    ended = f": {test.problem}" if test.problem else ""
    lines = [
        f"{test.id}, {test.started_at:%F %T} UTC, {STATUS_WORDS[test.status]}{ended}",
        f"{target_words(test)}; {test.backend or 'backend not known'}",
        f"Objective: {objective_words(test)}.",
    ]
    for workers in test.plan.workers:
        steps = test.steps_of(workers)
        if not steps:
            continue
        if test.plan.url is None:
            lines.append(f"{workers_words((workers,))}:")
        lines += [_step_line(one, test.plan.share) for one in steps]
        knee = find_knee(steps, test.plan.share)
        lines += [f"  {knee_words(test, workers)}", f"  {headroom_words(knee, busiest_rps)}"]
    if (busy := client_words(test.steps)) is not None:
        lines.append(busy)
    for workers, found in test.throughputs.items():
        figures = ", ".join(f"{value:,.1f}" for value in found)
        lines.append(f"The most that {workers_words((workers,))} answered: {figures} a second")
    if test.plan.url is None:
        lines.append(law_words(fit_usl(test.throughputs)))
    return lines


def _step_line(step: RateStep, share: float) -> str:
    p99 = "no answer" if step.p99_ms is None else f"p99 {step.p99_ms:,.0f} ms"
    verdict = "holds" if step.holds(share) else "breaks"
    return (
        f"  {step.offered_rps:>8,.1f}/s {verdict:<6} {step.good:,} of {step.requests:,} in time, "
        f"{step.refused:,} refused, {step.failed:,} failed, {p99}"
    )


def _wrap(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    rows = [indent]
    for word in line.split():
        if len(rows[-1]) + len(word) + 1 > WIDTH and rows[-1].strip():
            rows.append(indent)
        rows[-1] += word if not rows[-1].strip() else f" {word}"
    return rows
