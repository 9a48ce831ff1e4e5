"""TorchServe's access log: lines of ACCESS_LOG in ts_log.log, or access_log.log.

Shape: docs/logging.md of pytorch/serve at 0acc2ff; the last number is milliseconds.
"""

import re
from collections.abc import Sequence

from core.servinglog.importing.calls import FoundCall, LogFormat, kind_of_status, without_query
from core.servinglog.importing.durations import DurationUnit, value_ms
from core.servinglog.importing.times import parse_time

_LINE = re.compile(
    r"(?P<at>[0-9-]{10}[ T][0-9:]{8}[,.][0-9]{3}) (?:\[\w+ *\] \S+ ACCESS_LOG )?- "
    r'/\S+ "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[0-9.]+" (?P<status>[0-9]{3}) (?P<took>\S+)'
)


def _parse(line: str) -> Sequence[FoundCall]:
    found = _LINE.fullmatch(line)
    if found is None:
        return ()
    path = without_query(found["path"])
    return (
        FoundCall(
            at=parse_time(found["at"]),
            total_ms=value_ms(found["took"], DurationUnit.MS),
            error_kind=kind_of_status(int(found["status"])),
            what=f"{found['method']} {path}",
            path=path,
        ),
    )


TORCHSERVE = LogFormat("torchserve", "TorchServe", _parse, "TorchServe writes whole ms")
