"""KServe's trace line, of `enable_latency_logging`.

Shape: `Model.__call__` in python/kserve/kserve/model.py of kserve/kserve at 00eb732, with the
prefixes of logging.py (0217bda). The total is the sum of the four steps: what the server does
between them is not in it, nor is the network. It tells of no failure.
"""

import re
from collections.abc import Sequence

from core.servinglog.importing.calls import FoundCall, LogFormat
from core.servinglog.importing.durations import DurationUnit, to_ms, value_ms
from core.servinglog.importing.times import parse_time

_VALUE = r"([^\s,]+)"
_LINE = re.compile(
    r"(?:(?P<at>[0-9-]{10}[ T][0-9:]{8}(?:[.,][0-9]{3,6})?(?:Z|[+-][0-9:]{4,5})?) .*?)?"
    rf"requestId: (?P<id>[^,]*), preprocess_ms: {_VALUE}, explain_ms: {_VALUE}, "
    rf"predict_ms: {_VALUE}, postprocess_ms: {_VALUE}"
)
_NO_ID = "N.A."


def _parse(line: str) -> Sequence[FoundCall]:
    found = _LINE.fullmatch(line)
    if found is None:
        return ()
    before, explain, predict, after = (value_ms(found[n], DurationUnit.MS) for n in range(3, 7))
    request_id = None if found["id"] == _NO_ID else found["id"]
    return (
        FoundCall(
            at=parse_time(found["at"] or ""),
            total_ms=to_ms(before + explain + predict + after, DurationUnit.MS),
            compute_ms=explain + predict,
            what="predict",
            path="predict",
            request_id=request_id,
            own_id=None if request_id is None else line,
        ),
    )


KSERVE = LogFormat("kserve", "KServe", _parse, "the fields are named _ms")
