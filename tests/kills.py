"""The number of kills of a test: all of them take long, so most runs do only a share."""

import os
from fractions import Fraction

SHARE = "KILLS_SHARE"
DEFAULT_SHARE = "1/10"


def kill_count(full: int) -> int:
    """The share of `full` given by KILLS_SHARE, such as `1/10`, `0.5` or `1`; at least one."""
    share = Fraction(os.environ.get(SHARE, DEFAULT_SHARE))
    if not 0 < share <= 1:
        raise ValueError(f"{SHARE} is {share}; it must be above 0 and at most 1")
    return max(1, round(full * share))
