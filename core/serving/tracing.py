"""The id of a request and the trace it belongs to."""

import re
import secrets

from core.servinglog.record import RequestOrigin

# A caller's request id is echoed in a header and written to logs, so only safe characters pass.
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
# W3C Trace Context: version, trace id, parent id, flags. Version 00 ends there; later versions may
# have more fields.
_TRACE_PARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)


def read_caller(request_id: bytes, trace_parent: bytes) -> RequestOrigin:
    """Read the headers `x-request-id` and `traceparent`; an invalid value is treated as absent."""
    if _REQUEST_ID.fullmatch(request_id):
        answered_as = request_id.decode("ascii")
    else:
        answered_as = secrets.token_hex(16)
    match = _TRACE_PARENT.fullmatch(trace_parent)
    has_trace = match is not None and (match[1] != b"00" or match[3] is None)
    return RequestOrigin(answered_as, match[2].decode("ascii") if match and has_trace else None)
