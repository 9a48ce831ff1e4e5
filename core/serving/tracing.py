"""The id of a request and the trace it belongs to."""

import re
import secrets

from core.serving.paths import stores_nothing
from core.servinglog.record import RequestOrigin

# A caller's request id is echoed in a header and written to logs, so only safe characters pass.
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
# W3C Trace Context: version, trace id, parent id, flags. Version 00 ends there; later versions may
# have more fields.
_TRACE_PARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)


LOAD_TEST_HEADER = "x-load-test"
"""With the value `true` it marks a request that only scores as part of a load test: it counts
toward no objective and no live figure. A comment that is stored is real, so there it changes
nothing."""


def read_caller(
    request_id: bytes, trace_parent: bytes, load_test: bytes = b"", path: str = ""
) -> RequestOrigin:
    """Read the headers `x-request-id`, `traceparent` and `x-load-test` of a request to that path;
    an invalid value is treated as absent."""
    if _REQUEST_ID.fullmatch(request_id):
        answered_as = request_id.decode("ascii")
    else:
        answered_as = secrets.token_hex(16)
    match = _TRACE_PARENT.fullmatch(trace_parent)
    has_trace = match is not None and (match[1] != b"00" or match[3] is None)
    trace_id = match[2].decode("ascii") if match and has_trace else None
    is_load_test = load_test.lower() == b"true" and stores_nothing(path)
    return RequestOrigin(answered_as, trace_id, is_load_test=is_load_test)
