"""uvicorn's access log, as of MLflow, vLLM, Infinity and LitServe. It has no latency, and mostly no
time, so that its lines can only be counted.

Shape: the access format of `LOGGING_CONFIG` in uvicorn/config.py of Kludex/uvicorn; its issues #606
and #1366 ask for the latency. KServe puts a time and a process before it (logging.py, 0217bda).
"""

import re
from collections.abc import Sequence

from core.servinglog.importing.calls import FoundCall, LogFormat, kind_of_status, without_query
from core.servinglog.importing.times import parse_time

_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_LINE = re.compile(
    r"(?:\[?(?P<at>[0-9-]{10}[ T][0-9:]{8}(?:[.,][0-9]{3,6})?(?:Z|[+-][0-9:]{4,5})?)\]? .*?)?"
    r"(?:[\w.]+ )?[A-Z]+: +\S+(?: [0-9]+)? - "
    r'"(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[0-9.]+" (?P<status>[0-9]{3})(?: [A-Za-z \'-]+)?'
)


def _parse(line: str) -> Sequence[FoundCall]:
    found = _LINE.fullmatch(_COLOUR.sub("", line))
    if found is None:
        return ()
    path = without_query(found["path"])
    return (
        FoundCall(
            at=parse_time(found["at"]) if found["at"] else None,
            total_ms=None,
            error_kind=kind_of_status(int(found["status"])),
            what=f"{found['method']} {path}",
            path=path,
        ),
    )


UVICORN = LogFormat("uvicorn", "uvicorn", _parse, "uvicorn logs no latency", has_latency=False)
