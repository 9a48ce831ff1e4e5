"""Says what the values of a duration would be in each unit. Pure."""

import statistics
from collections.abc import Sequence

from core.servinglog.importing.durations import MS_IN, DurationUnit
from core.servinglog.importing.spread import as_words, is_plausible


def unit_hint(values: Sequence[float]) -> str:
    """A sentence that ends with what to say."""
    usable = [one for one in values if one >= 0]
    if not usable:
        return "Say it: --unit ms, us, ns or s."
    middle = statistics.median(usable)
    read = [(unit, middle * MS_IN[unit]) for unit in DurationUnit]
    likely = [f"--unit {unit} ({as_words(ms)})" for unit, ms in read if is_plausible(ms)]
    said = " or ".join(likely) or "none that scoring is likely to take"
    return f"Half of the first {len(usable):,} are under {middle:.6g}; say {said}."
