"""Spans in OTLP/JSON: one export request a line, as the collector's file exporter writes them.

Shape: examples/trace.json of open-telemetry/opentelemetry-proto at ca6170e, the JSON rules of the
OTLP specification (64-bit integers may be strings, ids are hexadecimal), and the attributes of the
HTTP and GenAI semantic conventions. Only spans of kind SERVER are calls: the spans inside a request
would count it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.inference.base import ErrorKind
from core.servinglog.importing.calls import (
    FoundCall,
    LogFormat,
    UnusableLine,
    kind_of_status,
    without_query,
)
from core.servinglog.importing.durations import DurationUnit, to_ms
from core.servinglog.importing.formats.json_lines import object_of
from core.servinglog.importing.times import parse_time

_SERVER = (2, "SPAN_KIND_SERVER")
_FAILED = (2, "STATUS_CODE_ERROR")
_STATUS = ("http.response.status_code", "http.status_code")
_PATHS = ("http.route", "url.path", "http.target")
_MODELS = ("gen_ai.response.model", "gen_ai.request.model")


def _parse(line: str) -> Sequence[FoundCall | UnusableLine]:
    if not line.startswith("{"):
        return ()
    given = object_of(line)
    found: list[FoundCall | UnusableLine] = []
    for resource in _objects(given, "resourceSpans"):
        service = _attributes(resource.get("resource")).get("service.name")
        for scope in _objects(resource, "scopeSpans"):
            spans = _objects(scope, "spans")
            found += [_usable(span, service) for span in spans if span.get("kind") in _SERVER]
    return found


def is_export(line: str) -> bool:
    """Whether the line is an export request, with or without spans of a server."""
    try:
        return line.startswith("{") and "resourceSpans" in object_of(line)
    except UnusableLine:
        return False


def _usable(span: Mapping[str, Any], service: object) -> FoundCall | UnusableLine:
    try:
        return _call(span, service)
    except UnusableLine as error:
        return error


def _call(span: Mapping[str, Any], service: object) -> FoundCall:
    start, end = (_whole(span.get(name)) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    told = _attributes(span)
    status = _whole(_first(told, _STATUS))
    path = without_query(str(_first(told, _PATHS) or span.get("name", "")))
    trace, span_id = str(span.get("traceId", "")).lower(), str(span.get("spanId", "")).lower()
    failed = isinstance(span.get("status"), dict) and span["status"].get("code") in _FAILED
    kind = kind_of_status(status) if status is not None else None
    model = _first(told, _MODELS)
    return FoundCall(
        at=_moment(start),
        total_ms=None if start is None or end is None else to_ms(end - start, DurationUnit.NS),
        is_end=False,
        error_kind=kind or (ErrorKind.BACKEND if failed else None),
        what=f"{told.get('http.request.method', '')} {path}".strip(),
        path=path,
        tokens=_whole(told.get("gen_ai.usage.input_tokens")),
        trace_id=trace if len(trace) == 32 else None,
        model_version=None if model is None else str(model),
        backend=None if service is None else str(service),
        own_id=f"{trace} {span_id}" if span_id else None,
    )


def _moment(nanoseconds: int | None) -> datetime:
    if not nanoseconds:
        raise UnusableLine("there is no time")
    return parse_time(nanoseconds)


def _objects(parent: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    given = parent.get(name)
    return (one for one in given if isinstance(one, dict)) if isinstance(given, list) else iter(())


def _attributes(parent: object) -> dict[str, object]:
    if not isinstance(parent, dict):
        return {}
    return {
        str(one.get("key")): next(iter(one["value"].values()), None)
        for one in _objects(parent, "attributes")
        if isinstance(one.get("value"), dict)
    }


def _first(told: Mapping[str, object], names: Sequence[str]) -> object:
    return next((told[name] for name in names if name in told), None)


def _whole(given: object) -> int | None:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    return int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else None


OTLP = LogFormat("otlp", "OTLP/JSON spans", _parse, "spans begin and end in ns")
