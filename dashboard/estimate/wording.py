"""Estimates in words. `core.servinglog.estimates.wording` says the same on the command line."""

from core.services.job_time import JobTime
from core.servinglog.estimates.levers import Lever, LeverKind
from core.servinglog.estimates.plan import Basis, JobForecast, JobPlan, Scaling
from core.servinglog.estimates.wording import FEW_PIECES
from dashboard.core_sentences import in_own_words
from dashboard.figures import NONE, duration
from dashboard.shares import in_own_form
from dashboard.staff_texts import count, decimal, number, said, say

LEVERS = said("estimate.lever", LeverKind)
_TWO_HOURS_MS = 7_200_000


def lasting(ms: float) -> str:
    """`4.2 ms`, `64 ms`, `1.8 s`, `3.5 min`, `2.1 h`."""
    if ms < _TWO_HOURS_MS:
        return duration(ms)
    return say("estimate.unit.hours", figure=decimal(ms / 3_600_000, 1))


def plan_words(plan: JobPlan, backend: str) -> str:
    """`100 comments with onnx, in calls of 16 by 2 replicas`."""
    if plan.replicas == 1:
        key = "estimate.plan.calls" if plan.chars is None else "estimate.plan.chars"
    else:
        key = "estimate.plan.replicas" if plan.chars is None else "estimate.plan.replicas_chars"
    return say(
        key,
        comments=count("estimate.plan.comments", plan.comments),
        backend=backend,
        batch=number(plan.batch),
        replicas=number(plan.replicas),
        chars=decimal(plan.chars or 0, 0),
    )


def answer_words(found: JobTime) -> str:
    """The answer in a sentence."""
    warm = found.warm
    if isinstance(warm, JobForecast):
        return say("estimate.answer.about", **_times(warm))
    needed = number(warm.needed)
    return count(
        "estimate.answer.too_few", found.plan.batch, found=number(warm.found), needed=needed
    )


def basis_words(found: JobForecast) -> str:
    """Where the answer comes from, and what makes it uncertain."""
    low, high = (number(size) for size in found.sizes)
    sizes = low if low == high else say("estimate.basis.sizes", low=low, high=high)
    is_fitted = found.basis is Basis.FITTED
    parts = [
        count(
            "estimate.basis.fitted" if is_fitted else "estimate.basis.resampled",
            found.sizes[1],
            calls=number(found.calls),
            sizes=sizes,
            batch=number(found.plan.batch),
        )
    ]
    if found.scaling is Scaling.IDEAL:
        parts.append(say("estimate.basis.ideal", replicas=number(found.plan.replicas)))
    if found.pieces < FEW_PIECES and found.is_wide:
        parts.append(say("estimate.basis.short"))
    elif found.is_uneven:
        parts.append(say("estimate.basis.uneven"))
    return " ".join(parts)


def cold_words(cold: JobForecast | None, starts: int) -> str:
    """What a cold start changes, in a sentence."""
    if cold is None:
        return say("estimate.cold.none")
    if starts < FEW_PIECES:
        return count("estimate.cold.few", starts, **_times(cold))
    return say("estimate.cold.known", starts=number(starts), **_times(cold))


def _times(found: JobForecast) -> dict[str, str]:
    low, high = found.interval_ms
    return {"median": lasting(found.median_ms), "low": lasting(low), "high": lasting(high)}


def effect_words(lever: Lever) -> str:
    """`−38 %`, `+12 %`, `no change`; a dash for what was not measured."""
    if lever.factor is None:
        return NONE
    change = round((lever.factor - 1.0) * 100)
    if change == 0:
        return say("estimate.levers.no_effect")
    sign = "+" if change > 0 else "−"
    return say("common.unit.percent", figure=f"{sign}{abs(change)}")


def change_words(lever: Lever) -> str:
    """What to change."""
    return in_own_words(lever.change, "estimate.change", comments=in_own_form)


def evidence_words(lever: Lever) -> str:
    """What was measured here, or how to measure it."""
    figures = dict.fromkeys(("calls", "share", "comments"), in_own_form)
    return in_own_words(_without_code(lever.evidence), "estimate.evidence", **figures)


def price_words(lever: Lever) -> str:
    """The decisions that change."""
    names = ("flips", "labels", "missed", "flagged", "share", "changed", "compared", "matched")
    return in_own_words(
        _without_code(lever.flips),
        "estimate.price",
        day=lambda day: say("form.first_day") if day == "1" else day,
        month=lambda name: say(f"estimate.month.{name.lower()}"),
        **dict.fromkeys(names, in_own_form),
    )


def _without_code(words: str) -> str:
    return words.replace("`", "")
