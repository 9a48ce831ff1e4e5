"""What a response that is not 200 means: the error kind, whether to retry, and when."""

import json
from collections.abc import Mapping
from datetime import datetime

from core.inference.base import ErrorKind
from core.inference.remote.error_bodies import error_codes, kind_of_body
from core.inference.resilience.retries import AttemptFailed, requested_wait_s, valid_wait_s

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_KINDS: dict[int, ErrorKind] = {
    400: ErrorKind.BAD_INPUT,
    401: ErrorKind.AUTH,
    402: ErrorKind.QUOTA,
    403: ErrorKind.AUTH,
    404: ErrorKind.NOT_FOUND,
    405: ErrorKind.NOT_FOUND,
    407: ErrorKind.AUTH,
    408: ErrorKind.TIMEOUT,
    410: ErrorKind.NOT_FOUND,
    413: ErrorKind.BAD_INPUT,
    415: ErrorKind.BAD_INPUT,
    422: ErrorKind.BAD_INPUT,
    429: ErrorKind.RATE_LIMITED,
    504: ErrorKind.TIMEOUT,
}
# How far the body may correct the kind that the status gives; for other kinds, without limit.
_CORRECTED_BY = {
    ErrorKind.RATE_LIMITED: frozenset({ErrorKind.QUOTA}),
    ErrorKind.AUTH: frozenset({ErrorKind.QUOTA, ErrorKind.RATE_LIMITED}),
    ErrorKind.QUOTA: frozenset({ErrorKind.RATE_LIMITED}),
    ErrorKind.TIMEOUT: frozenset[ErrorKind](),
}
_WORDS = {
    ErrorKind.AUTH: "the key or its rights are refused",
    ErrorKind.NOT_FOUND: "there is no such model or address",
    ErrorKind.QUOTA: "the quota is used up",
    ErrorKind.CONFIGURATION: "the backend's settings don't fit the server",
}


def http_failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    busy_means_loading: bool = False,
) -> AttemptFailed:
    """The failure that a response means. `headers` have lower-case names."""
    answer = _decoded(body)
    codes = error_codes(answer)
    words = f"answered {status}" + (f" ({codes[0]})" if codes else "")
    if 300 <= status < 400:
        return AttemptFailed(
            f"{words}: redirects are not followed", kind=ErrorKind.REDIRECT, can_retry=False
        )
    estimated_s = valid_wait_s(answer.get("estimated_time") if isinstance(answer, dict) else None)
    if status in (502, 503) and (busy_means_loading or estimated_s is not None):
        return AttemptFailed(
            f"{words}: its model is still loading",
            kind=ErrorKind.LOADING,
            can_retry=True,
            after_s=estimated_s if estimated_s is not None else requested_wait_s(headers, now),
        )
    kind = _KINDS.get(status, ErrorKind.BACKEND)
    body_kind = kind_of_body(answer, codes) if 400 <= status < 500 else None
    if body_kind is not None and body_kind in _CORRECTED_BY.get(kind, frozenset(ErrorKind)):
        kind = body_kind
        words += f": {_WORDS[kind]}" if kind in _WORDS else ""
    can_retry = kind is ErrorKind.RATE_LIMITED or (
        status in _RETRIED and kind is not ErrorKind.QUOTA
    )
    after_s = requested_wait_s(headers, now) if can_retry else None
    return AttemptFailed(words, kind=kind, can_retry=can_retry, after_s=after_s)


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
