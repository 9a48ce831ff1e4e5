"""How many kills a test makes: all of them takes long, so most runs make a share."""

import os
from fractions import Fraction

SHARE = "KILLS_SHARE"
DEFAULT_SHARE = "1/10"


def kill_count(full: int) -> int:
    """The share of `full` that KILLS_SHARE asks for, as `1/10`, `0.5` or `1`; one at least."""
    share = Fraction(os.environ.get(SHARE, DEFAULT_SHARE))
    if not 0 < share <= 1:
        raise ValueError(f"{SHARE} is {share}; it must be above 0 and at most 1")
    return max(1, round(full * share))
