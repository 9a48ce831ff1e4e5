"""The combined access log with the request's time after it, of nginx, Apache and others.

Shape: the predefined format `combined` of nginx's ngx_http_log_module, followed by `$request_time`
(seconds with three decimals; the line's time is the end) or, of Apache's mod_log_config, by `%D`
(whole microseconds; the line's time is the start). `rt=0.118` and `request_time=0.118` are taken,
too. A whole number may be `%D`, `%T` or milliseconds of another server: its unit must be given.
"""

import re
from collections.abc import Sequence
from functools import partial

from core.servinglog.importing.calls import (
    FoundCall,
    LogFormat,
    UnusableLine,
    kind_of_status,
    without_query,
)
from core.servinglog.importing.durations import DurationUnit, value_ms
from core.servinglog.importing.times import parse_time

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(
    r"\S+ \S+ .*?\[(?P<at>[^\]]+)\] "
    r'"(?:(?P<method>[A-Z]+) (?P<path>\S+)[^"]*|[^"]*)" (?P<status>[0-9]{3}) (?:[0-9]+|-)'
    rf"(?: {_QUOTED} {_QUOTED})?(?P<rest>(?: .*)?)"
)
_NAMED = re.compile(r'(?:^| )(?:rt|request_time|duration|time)[=:]"?(?P<took>[^\s",]+)')
_LAST = re.compile(r' "?(?P<took>-|[+-]?[0-9]+(?:\.[0-9]+)?|nan|inf)"?$', re.IGNORECASE)
_NGINX = re.compile(r"[0-9]+\.[0-9]{3}")


def took_of(line: str) -> str | None:
    """The request's time as written; None if the line has none, or is no line of an access log."""
    found = _LINE.fullmatch(line)
    return None if found is None else _took(found["rest"])


def is_access_line(line: str) -> bool:
    """Whether the line has the form, with or without a request's time."""
    return _LINE.fullmatch(line) is not None


def is_nginx(took: str) -> bool:
    """Whether the time has the form of `$request_time`."""
    return _NGINX.fullmatch(took) is not None


def access_log(unit: DurationUnit | None, *, is_given: bool) -> LogFormat:
    """The format for a file with this unit, which somebody gave or which the first lines show."""
    where = f"in {unit}, as given" if is_given else "seconds with three decimals, as nginx writes"
    return LogFormat(
        "access",
        "access log with request time",
        partial(_parse, unit=unit, is_given=is_given),
        where,
        is_sure_of_unit=not is_given,
    )


def _took(rest: str) -> str | None:
    found = _NAMED.search(rest) or _LAST.search(rest)
    return None if found is None or found["took"] == "-" else found["took"]


def _parse(line: str, *, unit: DurationUnit | None, is_given: bool) -> Sequence[FoundCall]:
    found = _LINE.fullmatch(line)
    if found is None:
        return ()
    took = _took(found["rest"])
    if took is not None and not is_given and not is_nginx(took):
        raise UnusableLine("the request's time has another form than in the other lines")
    path = without_query(found["path"] or "")
    return (
        FoundCall(
            at=parse_time(found["at"]),
            total_ms=None if took is None else value_ms(took, unit),
            is_end=took is not None and is_nginx(took),
            error_kind=kind_of_status(int(found["status"])),
            what=f"{found['method'] or ''} {path}".strip(),
            path=path,
        ),
    )


WITHOUT_TIME = LogFormat(
    "access",
    "access log without request time",
    partial(_parse, unit=None, is_given=False),
    "it has no latency: add $request_time to nginx's log_format, or %D to Apache's",
    has_latency=False,
)
