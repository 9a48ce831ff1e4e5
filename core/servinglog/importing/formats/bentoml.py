"""BentoML's access log.

Shape: `AccessLogMiddleware` in src/bentoml/_internal/server/http/access.py of bentoml/BentoML at
0bca890, with the prefix of `TRACED_LOG_FORMAT` in log.py (07a808c).
"""

import re
from collections.abc import Sequence

from core.servinglog.importing.calls import FoundCall, LogFormat, kind_of_status, without_query
from core.servinglog.importing.durations import duration_ms
from core.servinglog.importing.times import parse_time

_LINE = re.compile(
    r"(?:(?P<at>\S+) )?(?:\[\w+\] )?(?:\[\S*\] )?\S+ "
    r"\(scheme=[a-z]+,method=(?P<method>[A-Z]*),path=(?P<path>[^,)]*)[^)]*\) "
    r"\(status=(?P<status>[0-9]{3})[^)]*\) (?P<took>[0-9.]+ms)"
    r"(?: \(trace=(?P<trace>[0-9a-f]+),[^)]*\))?"
)


def _parse(line: str) -> Sequence[FoundCall]:
    found = _LINE.fullmatch(line)
    if found is None:
        return ()
    path = without_query(found["path"])
    trace = found["trace"]
    return (
        FoundCall(
            at=parse_time(found["at"] or ""),
            total_ms=duration_ms(found["took"]),
            error_kind=kind_of_status(int(found["status"])),
            what=f"{found['method']} {path}",
            path=path,
            trace_id=trace if trace and len(trace) == 32 else None,
        ),
    )


BENTOML = LogFormat("bentoml", "BentoML", _parse, "each duration is in ms")
