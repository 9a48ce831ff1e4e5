"""Times that Arrow or Python can't hold: infinite ones, midnight as 24:00, years before 1 and after
9999."""

import pyarrow as pa
from pyarrow import types

ODD_TIMES = r"infinity|24:00:00|BC|[0-9]{5,}-[0-9]{2}-[0-9]{2}"
"""A pattern for the text of a list that holds such times; that some other lists match it does not
matter."""
_LAST_MOMENT = "9999-12-31 23:59:59.999999"


def is_time(kind: pa.DataType) -> bool:
    """Whether `odd_time` may hold for values of the type."""
    return odd_time("", kind) is not None


def odd_time(column: str, kind: pa.DataType) -> str | None:
    """An SQL condition that holds for such times in the column; None if the type is none of a
    time."""
    if types.is_date(kind):
        return f"{column} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    if types.is_timestamp(kind):
        if kind.unit == "ns":  # from 1677 to 2262; the first and the last are none
            return (
                f"{column} NOT BETWEEN TIMESTAMP '1677-09-22' AND TIMESTAMP '2262-04-11 23:00:00'"
            )
        name = "TIMESTAMP" if kind.tz is None else "TIMESTAMPTZ"
        zone = "" if kind.tz is None else "+00"
        first, last = f"0001-01-01 00:00:00{zone}", f"{_LAST_MOMENT}{zone}"
        return f"{column} NOT BETWEEN {name} '{first}' AND {name} '{last}'"
    if types.is_time(kind):
        return f"{column} > TIME '23:59:59.999999'"
    return None
