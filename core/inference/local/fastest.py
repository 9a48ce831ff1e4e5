"""Which of the measured runtimes is the fastest of those whose scores count as the reference's."""

from collections.abc import Sequence
from dataclasses import dataclass

AS_FAST = 0.95
"""Runtimes that reach this share of the highest speed count as equally fast: measurements of one
runtime differ by as much. Among them the one closest to the reference is taken."""


@dataclass(frozen=True, slots=True)
class LocalRuntime:
    """A backend of this machine with one of its precisions."""

    backend: str
    precision: str

    def __str__(self) -> str:
        return f"{self.backend} {self.precision}"


@dataclass(frozen=True, slots=True)
class RuntimeSpeed:
    """One runtime, measured. `speed` is a multiple of the reference's. Of `labels` scores, `flips`
    cross a threshold of the policy; `largest` is the largest difference of a score. `problem` is
    why it can't be taken: what failed, or which difference is too large. What was not measured is
    None."""

    runtime: LocalRuntime
    speed: float | None = None
    labels: int | None = None
    flips: int | None = None
    largest: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FastestRuntime:
    """The runtime to take, and why, in words."""

    runtime: LocalRuntime
    reason: str


def choose_fastest(speeds: Sequence[RuntimeSpeed]) -> FastestRuntime | None:
    """None if none of them can be taken."""
    usable = [
        (each.speed, each) for each in speeds if each.problem is None and each.speed is not None
    ]
    if not usable:
        return None
    highest, fastest = max(usable, key=lambda pair: pair[0])
    equal = [each for speed, each in usable if speed >= AS_FAST * highest]
    # The first of several with equal scores; `min` keeps the order of the table.
    taken = min(equal, key=lambda each: each.largest or 0.0)
    if taken.runtime == fastest.runtime:
        reason = f"{taken.runtime} is the fastest"
    else:
        reason = (
            f"{taken.runtime} is as fast as {fastest.runtime}, within "
            f"{1 - AS_FAST:.0%}, and its scores are closer to the reference"
        )
    return FastestRuntime(taken.runtime, f"{reason}: {_change(taken)}")


def _change(speed: RuntimeSpeed) -> str:
    if not speed.largest:
        return "its scores are the reference's"
    return f"{speed.flips} of {speed.labels} labels changed, largest difference {speed.largest:.3f}"
