"""Turns the bytes of a request into its rows, or into one clear error.

The body is read here and not by the framework, whose errors quote the input.
"""

import json
import re
from typing import Any

from fastapi import Request

from core.errors import BodyTooLarge, EncodedBody, InvalidInput
from core.strict_json import NotJsonNumber, RepeatedName, load_strict

MAX_BODY_BYTES = 2_000_000
MAX_ROWS = 100
# A body that is too large is read and discarded up to this size: many clients read the answer only
# after they have sent everything.
MAX_DRAINED_BYTES = 32_000_000

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_GZIP_MAGIC = b"\x1f\x8b"
_JSON_TYPE = re.compile(r"application/(?:[\w.-]+\+)?json", re.IGNORECASE)


async def read_body(request: Request) -> bytes:
    """The whole body. Raises BodyTooLarge, EncodedBody (also for a charset other than UTF-8), or
    InvalidInput when its content type isn't JSON.

    Requiring the JSON content type also blocks foreign web pages: a browser lets a page send other
    types to any site, but asks the site before it sends JSON.
    """
    declared = request.headers.get("content-type", "").split(";")[0].strip()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_BODY_BYTES:
            parts.append(part)
        elif size > MAX_DRAINED_BYTES:
            break
    if size > MAX_BODY_BYTES:
        raise BodyTooLarge(f"The body is over {MAX_BODY_BYTES:,} bytes; send fewer at a time.")
    body = b"".join(parts)
    _check_encoding(request, body)
    _check_charset(request)
    if not _JSON_TYPE.fullmatch(declared):
        raise InvalidInput("The body must be JSON, sent with `Content-Type: application/json`.")
    return body


def _check_encoding(request: Request, body: bytes) -> None:
    """A small compressed body can expand to any size, so compressed bodies are refused."""
    headers = request.headers
    codings = [*headers.getlist("content-encoding"), *headers.getlist("transfer-encoding")]
    named = {name.strip().lower() for value in codings for name in value.split(",")}
    if named - {"", "identity", "chunked"} or body.startswith(_GZIP_MAGIC):
        raise EncodedBody(
            "The body must be sent as it is, not compressed: plain JSON in UTF-8, without "
            "`Content-Encoding`."
        )


def _check_charset(request: Request) -> None:
    """JSON is UTF-8. Text declared as something else could be misread without an error."""
    for parameter in request.headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' \t"').lower() not in _CHARSETS:
            raise EncodedBody("The body must be JSON in UTF-8, whatever its `charset` says.")


def parse_rows(body: bytes) -> list[Any]:
    """The 1 to MAX_ROWS rows of a body, not validated yet. Raises InvalidInput."""
    parsed = rows = parse_json(body)
    if isinstance(parsed, dict):
        if "comments" not in parsed:
            return [parsed]
        if len(parsed) > 1:
            raise InvalidInput("Besides `comments` the body may have no other field.")
        rows = parsed["comments"]
    if not isinstance(rows, list):
        raise InvalidInput("The body must be a comment, a list of them, or {`comments`: [...]}.")
    if not rows:
        raise InvalidInput("The body holds no comment.")
    if len(rows) > MAX_ROWS:
        raise InvalidInput(f"The body holds {len(rows):,} comments; at most {MAX_ROWS} a call.")
    return rows


def parse_json(body: bytes) -> object:
    """The decoded body. Raises InvalidInput, whose message never quotes the body."""
    try:
        return load_strict(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"The body is not JSON ({place}: {error.msg}).") from None
    except RepeatedName as error:
        raise InvalidInput(
            f"The body has `{field_name(error.name)}` twice in one object; which one counts can't "
            "be known."
        ) from None
    except NotJsonNumber as error:
        raise InvalidInput(f"The body is not JSON ({error}).") from None
    except (ValueError, RecursionError):
        # A number with thousands of digits, or lists nested thousands deep.
        raise InvalidInput("The body is not JSON that can be read.") from None


def field_name(given: object) -> str:
    """The field's name if it looks like a name, because it comes from the caller and is repeated in
    errors."""
    return str(given) if _NAME.fullmatch(str(given)) else "(unnamed)"


def is_unicode(value: object) -> bool:
    """False for text that can't be written as UTF-8: JSON may hold half of a surrogate pair."""
    try:
        _ = value.encode() if isinstance(value, str) else b""
    except UnicodeEncodeError:
        return False
    return True
