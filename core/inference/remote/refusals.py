"""What an answer that is not 200 means: its kind, whether to try again, and when."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from core.inference.base import ErrorKind
from core.inference.resilience.retries import AttemptFailed, asked_wait_s

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_KINDS: dict[int, ErrorKind] = {
    400: ErrorKind.BAD_INPUT,
    401: ErrorKind.AUTH,
    402: ErrorKind.QUOTA,
    403: ErrorKind.AUTH,
    404: ErrorKind.NOT_FOUND,
    405: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    413: ErrorKind.BAD_INPUT,
    415: ErrorKind.BAD_INPUT,
    422: ErrorKind.BAD_INPUT,
    429: ErrorKind.RATE_LIMITED,
    504: ErrorKind.TIMEOUT,
}
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"})
# The only part of a server's words that is repeated: prose may quote the comment, and a value with
# digits in it the key.
_CODE = re.compile(r"[A-Za-z_]{2,40}")


def refusal(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    busy_means_loading: bool = False,
) -> AttemptFailed:
    """The failure an answer stands for. `headers` have lower-case names."""
    answer = _object(body)
    code = _error_code(answer)
    words = f"answered {status}" + (f" ({code})" if code else "")
    if 300 <= status < 400:
        return AttemptFailed(
            f"{words}: redirects are not followed", kind=ErrorKind.REDIRECT, can_retry=False
        )
    estimated = answer.get("estimated_time")
    if status in (502, 503) and (busy_means_loading or isinstance(estimated, int | float)):
        after_s = float(estimated) if isinstance(estimated, int | float) else None
        return AttemptFailed(
            f"{words}: its model is still loading",
            kind=ErrorKind.LOADING,
            can_retry=True,
            after_s=after_s if after_s is not None else asked_wait_s(headers, now),
        )
    if status == 429 and code in _QUOTA_CODES:
        return AttemptFailed(f"{words}: the quota is used up", kind=ErrorKind.QUOTA)
    return AttemptFailed(
        words,
        kind=_KINDS.get(status, ErrorKind.BACKEND),
        can_retry=status in _RETRIED,
        after_s=asked_wait_s(headers, now) if status in _RETRIED else None,
    )


def _object(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _error_code(answer: Mapping[str, object]) -> str | None:
    """The machine-readable code, wherever the known servers put theirs."""
    inner = answer.get("error")
    places = [inner, answer] if isinstance(inner, dict) else [answer]
    for place in places:
        for name in ("code", "status", "kind", "type", "error_code", "error_type"):
            found = place.get(name)
            if isinstance(found, str) and _CODE.fullmatch(found):
                return found
    return None
