"""What the body of a refusal says it is about: the key, the model, the quota or the settings.

Servers give 400 for much that is no fault of the text. Their codes are trusted; of their prose only
a beginning that is known, because any prose may quote the comment.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.inference.base import ErrorKind

# The only part of a server's words that is repeated: prose may quote the comment, and a value with
# digits in it the key.
_CODE = re.compile(r"[A-Za-z_]{2,40}")
_CODE_NAMES = ("code", "status", "kind", "type", "error_code", "error_type", "reason", "errorType")
# Whoever names one of these says only that the request was refused.
_VAGUE = frozenset(
    {"invalidargument", "badrequest", "invalidrequesterror", "validation", "error", "list"}
)
_MEANINGS: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.QUOTA,
        re.compile(r"insufficientquota|quotaexceeded|billing\w*|dailylimit\w*|\w*creditsexceeded"
                   r"|paymentrequired|insufficient(credits|balance|funds)"),
    ),
    (
        ErrorKind.RATE_LIMITED,
        re.compile(r"(user)?ratelimit(ed|exceeded|error)?|throttl\w*|toomanyrequests\w*"),
    ),
    (
        ErrorKind.AUTH,
        re.compile(r"\w*apikey\w*|(invalid|expired|missing)?key(invalid|expired|missing)"
                   r"|unauthenticated|unauthori[sz]ed\w*|\w*authentication\w*|\w*authorization\w*"
                   r"|permission\w*|forbidden|access(denied|notconfigured)\w*"
                   r"|servicedisabled|consumer(invalid|suspended)|(invalid|expired)token\w*"
                   r"|token(invalid|expired)|\w*credentials?\w*|unrecognizedclient\w*"
                   r"|signaturedoesnotmatch"),
    ),
    (
        ErrorKind.NOT_FOUND,
        re.compile(r"notfound(error)?|(model|deployment|endpoint|resource|route|path)notfound"
                   r"|resourcedoesnotexist|(invalid|unknown)model\w*|nosuch(model|endpoint)"),
    ),
    (
        ErrorKind.CONFIGURATION,
        # That a language is not supported may be the text's doing, save where we named it.
        re.compile(r"languagenotsupportedbyattribute|(model|task|operation)notsupported"
                   r"|unsupported(model|task|operation|mediatype|datatype)|schema\w*"
                   r"|unknown(field|parameter|url)|missing|extraforbidden"),
    ),
)  # fmt: skip
_BEGINNINGS: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.AUTH,
        re.compile(r"api[ _]key (is )?(not valid|invalid|expired|missing)|invalid api[ _]key"
                   r"|incorrect api[ _]key|authorization header is|invalid username or password"
                   r"|invalid (authentication|credentials|token)|user access token"
                   r"|unauthori[sz]ed"),
    ),
    (
        ErrorKind.QUOTA,
        re.compile(r"you exceeded your current quota|you have exceeded your (monthly|daily)"
                   r"|quota exceeded"),
    ),
    (
        ErrorKind.CONFIGURATION,
        re.compile(r"(the )?model [^ ]{1,200} (is )?not supported|model not supported"
                   r"|failed to (enforce|validate) schema|model is missing inputs"
                   r"|incompatible input types|task not supported"),
    ),
    (
        ErrorKind.NOT_FOUND,
        re.compile(r"(the )?model [^ ]{1,200} (does not exist|(was |is )?not found)"
                   r"|model not found|unknown model|request for unknown model"),
    ),
)  # fmt: skip


def error_codes(answer: object) -> list[str]:
    """The machine-readable codes of a body, wherever the known servers put theirs, the most telling
    first."""
    found = [
        place[name]
        for place in _places(answer)
        for name in _CODE_NAMES
        if isinstance(place.get(name), str) and _CODE.fullmatch(place[name])
    ]
    return sorted(dict.fromkeys(found), key=lambda code: _kind_of(code) is None)


def kind_of_body(answer: object, codes: list[str]) -> ErrorKind | None:
    """What a refusal is about when it is not the text; None when the body does not say."""
    for code in codes:
        kind = _kind_of(code)
        if kind is not None:
            return kind
    for place in _places(answer):
        for name in ("message", "error", "detail", "error_message"):
            prose = place.get(name)
            if isinstance(prose, str):
                found = [kind for kind, known in _BEGINNINGS if known.match(prose.lower().strip())]
                if found:
                    return found[0]
    return None


def _kind_of(code: str) -> ErrorKind | None:
    plain = code.replace("_", "").lower()
    if plain in _VAGUE:
        return None
    return next((kind for kind, known in _MEANINGS if known.fullmatch(plain)), None)


def _places(answer: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a body that may hold a code, the inner ones first."""
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]  # Google's, where several answers could have come
    if not isinstance(answer, dict):
        return
    inner = answer.get("error")
    for place in (inner, answer) if isinstance(inner, dict) else (answer,):
        for name in ("details", "errors", "detail"):
            some = place.get(name)
            if isinstance(some, list):
                yield from (one for one in some if isinstance(one, dict))
        yield place
