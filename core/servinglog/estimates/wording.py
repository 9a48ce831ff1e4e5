"""Estimates in words, for the page and the command. Pure."""

from core.servinglog.estimates.levers import Lever
from core.servinglog.estimates.plan import Basis, JobForecast, JobPlan, Scaling, TooFew

FEW_PIECES = 20


def lasting(ms: float) -> str:
    """`4.2 ms`, `64 ms`, `1.8 s`, `3.5 min`, `2.1 h`."""
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 120_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms / 60_000:.1f} min" if ms < 7_200_000 else f"{ms / 3_600_000:,.1f} h"


def range_of(found: JobForecast) -> str:
    """`1.2 s to 1.9 s`."""
    low, high = found.interval_ms
    return f"{lasting(low)} to {lasting(high)}"


def plan_words(plan: JobPlan, backend: str) -> str:
    """`100 comments with onnx, in calls of 16 by 2 replicas`."""
    comments = "1 comment" if plan.comments == 1 else f"{plan.comments:,} comments"
    by = "" if plan.replicas == 1 else f" by {plan.replicas:,} replicas"
    length = "" if plan.chars is None else f", of {plan.chars:,.0f} characters in the mean"
    return f"{comments} with {backend}, in calls of {plan.batch:,}{by}{length}"


def answer_words(found: JobForecast | TooFew) -> str:
    """The answer in a sentence."""
    if isinstance(found, TooFew):
        return (
            f"Too few calls to say: the log has {found.found:,} {found.what}, and it takes "
            f"{found.needed}."
        )
    return f"About {lasting(found.median_ms)}; nine of ten such jobs take {range_of(found)}."


def basis_words(found: JobForecast) -> str:
    """Where the answer comes from, and what makes it uncertain."""
    low, high = found.sizes
    sizes = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    calls = f"{found.calls:,} logged calls of {sizes} comment{'' if high == 1 else 's'}"
    parts = [f"Resampled from {calls}."]
    if found.basis is Basis.FITTED:
        parts = [
            f"No {found.plan.batch:,}-comment calls were logged often enough, so a fixed time a "
            f"call and a time a character were fitted over {calls}."
        ]
    if found.scaling is Scaling.IDEAL:
        parts.append(
            f"That {found.plan.replicas} replicas take no time from each other is assumed: the log "
            "has no calls made so many at once. It is the best case."
        )
    if found.pieces < FEW_PIECES and found.is_wide:
        parts.append("The range is wide because the log is short.")
    elif found.is_uneven:
        parts.append("The log has slow and fast periods; which of them it will be is not known.")
    return " ".join(parts)


def cold_words(cold: JobForecast | None, starts: int) -> str:
    """What a cold start changes, in a sentence."""
    if cold is None:
        return "No cold start was logged: nothing is known of the first call of a new process."
    times = "1 cold start" if starts == 1 else f"{starts:,} cold starts"
    few = ", too few for a range to be sure of" if starts < FEW_PIECES else ""
    return (
        f"After a cold start about {lasting(cold.median_ms)}, {range_of(cold)} (from {times}{few})."
    )


def effect_words(lever: Lever) -> str:
    """`−38 %`, `+12 %`, `no change`; a dash for what was not measured."""
    if lever.factor is None:
        return "–"
    change = round((lever.factor - 1.0) * 100)
    return "no change" if change == 0 else f"{change:+d} %".replace("-", "−")
