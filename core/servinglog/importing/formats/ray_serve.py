"""Ray Serve's access log, as text and as JSON lines.

Shape: `access_log_msg` and `ServeFormatter` in python/ray/serve/_private/logging_utils.py of
ray-project/ray at 05d92bf, `SERVE_LOG_RECORD_FORMAT` in constants.py beside it. Earlier versions
wrote the message without the route, or a file name before it.
"""

import re
from collections.abc import Sequence

from core.inference.base import ErrorKind
from core.servinglog.importing.calls import (
    FoundCall,
    LogFormat,
    UnusableLine,
    kind_of_status,
    without_query,
)
from core.servinglog.importing.durations import duration_ms
from core.servinglog.importing.formats.json_lines import object_of
from core.servinglog.importing.times import parse_time

# LEVEL TIME COMPONENT COMPONENT_ID [REQUEST_ID] [APPLICATION] -- MESSAGE
_LINE = re.compile(
    r"[A-Z]+ ([0-9-]{10} [0-9:]{8}[,.][0-9]{3}) (\S+) (\S+) "
    r"(?:(\S+) )?(?:(\S+) )*?(?:-- |\S+ - )(.*)"
)
_MESSAGE = re.compile(
    r"(?:(?P<client>\S+:[0-9]+) )?(?P<method>[A-Z_]+) (?:(?P<route>\S+) )?"
    r"(?P<status>[0-9]{3}|OK|ERROR|CANCELLED) (?P<took>[0-9.]+ms)"
)
_OUTCOMES = {"OK": None, "ERROR": ErrorKind.BACKEND, "CANCELLED": ErrorKind.TIMEOUT}


def _parse(line: str) -> Sequence[FoundCall]:
    if line.startswith("{"):
        return _parse_json(line)
    found = _LINE.fullmatch(line)
    if found is None:
        return ()
    return _call(found[6], found[1], found[4], is_proxy="proxy" in found[2])


def _parse_json(line: str) -> Sequence[FoundCall]:
    given = object_of(line)
    # Later versions have both; the first has a zone.
    message, at = given.get("message"), given.get("timestamp_ns", given.get("asctime"))
    if not isinstance(message, str) or "asctime" not in given:
        return ()
    request_id = given.get("request_id")
    is_proxy = "proxy" in str(given.get("component_name", ""))
    return _call(message, at, request_id if isinstance(request_id, str) else None, is_proxy)


def _call(message: str, at: object, request_id: str | None, is_proxy: bool) -> Sequence[FoundCall]:
    found = _MESSAGE.fullmatch(message.strip())
    if found is None:
        return ()
    status = found["status"]
    path = without_query(found["route"] or "")
    try:
        took = duration_ms(found["took"])
    except ValueError as error:
        raise UnusableLine(str(error)) from None
    return (
        FoundCall(
            at=parse_time(at),
            total_ms=took,
            error_kind=kind_of_status(int(status)) if status.isdigit() else _OUTCOMES[status],
            what=f"{found['method']} {path}".strip(),
            path=path,
            request_id=request_id,
            # A request that one deployment passes to another has one id in several lines.
            own_id=f"{request_id} {at} {message}" if request_id else None,
            # The proxy and the replica both log a request, so the two are two series.
            backend="ray_serve proxy" if is_proxy else "ray_serve replica",
        ),
    )


RAY_SERVE = LogFormat("ray_serve", "Ray Serve", _parse, "each duration is in ms")
