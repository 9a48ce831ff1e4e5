"""Intervals of shares: Wilson's for one, Newcombe's for the difference of two."""

from statistics import NormalDist


def z_of(error: float) -> float:
    """The half width, in standard deviations, of a two-sided interval that misses with that
    probability: 1.96 for 0.05."""
    return NormalDist().inv_cdf(1 - error / 2)


def wilson(count: int, rows: int, z: float) -> tuple[float, float]:
    """E. B. Wilson 1927; without rows it is 0 to 1."""
    if not rows:
        return 0.0, 1.0
    value, spread = count / rows, z**2 / rows
    middle = (value + spread / 2) / (1 + spread)
    reach = z * ((value * (1 - value) + spread / 4) / rows) ** 0.5 / (1 + spread)
    # At 0 and 1 the bound is the share itself, but for rounding.
    return max(0.0, min(value, middle - reach)), max(value, min(1.0, middle + reach))


def newcombe(now: tuple[int, int], before: tuple[int, int], z: float) -> tuple[float, float]:
    """The interval of the share now less the one before, each given as (count, rows) with rows;
    R. G. Newcombe 1998, method 10. Unlike the usual formula it holds for counts near 0."""
    (low, high), (old_low, old_high) = wilson(*now, z), wilson(*before, z)
    share, old = now[0] / now[1], before[0] / before[1]
    change = share - old
    return (
        change - ((share - low) ** 2 + (old_high - old) ** 2) ** 0.5,
        change + ((high - share) ** 2 + (old - old_low) ** 2) ** 0.5,
    )
