"""The log of text-embeddings-inference, as text and with `--json-output`.

Shape: `ResponseMetadata::record_span` in router/src/http/server.rs of
huggingface/text-embeddings-inference at 0d124dc (durations in Rust's `Debug` form), and the lines
in its issue #305. Of a request with several texts the phases are means over the texts.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.servinglog.importing.calls import FoundCall, LogFormat
from core.servinglog.importing.durations import duration_ms
from core.servinglog.importing.formats.json_lines import object_of
from core.servinglog.importing.times import parse_time

_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_LINE = re.compile(r"(\S+Z?)\s+[A-Z]+ (?:.*?:)?(\w+)\{(.*?total_time=.*?)\}: .*Success")
_FIELD = re.compile(r'(\w+)="?([^"\s}]*)"?')
_MESSAGE = "Success"


def _parse(line: str) -> Sequence[FoundCall]:
    if line.startswith("{"):
        given = object_of(line)
        span = given.get("span")
        if given.get("message") != _MESSAGE or not isinstance(span, dict):
            return ()
        return _call(given.get("timestamp"), str(span.get("name", "")), span)
    found = _LINE.fullmatch(_COLOUR.sub("", line))
    if found is None:
        return ()
    return _call(found[1], found[2], dict(_FIELD.findall(found[3])))


def _call(at: object, name: str, span: Mapping[str, Any]) -> Sequence[FoundCall]:
    if "total_time" not in span:
        return ()

    def phase(field: str) -> float | None:
        value = span.get(field)
        return None if value is None else duration_ms(str(value))

    return (
        FoundCall(
            at=parse_time(at),
            total_ms=phase("total_time"),
            queue_ms=phase("queue_time"),
            tokenize_ms=phase("tokenization_time"),
            compute_ms=phase("inference_time"),
            what=name,
            path=name,
        ),
    )


TEI = LogFormat("tei", "text-embeddings-inference", _parse, "each duration names its unit")
