"""What the body of an error response is about: the key, the model, the quota or the settings.

Servers answer 400 for many faults that are not the text's. Their error codes are trusted. Prose is
matched only by known beginnings, because it may quote the comment.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.inference.base import ErrorKind

# The only words of a server that are repeated in messages: prose may quote the comment, and a value
# with digits may be the key.
_CODE = re.compile(r"[A-Za-z_]{2,40}")
_CODE_NAMES = (
    *("code", "status", "kind", "type", "reason", "__type"),
    *("error_code", "error_type", "errorType", "errorcode", "ErrorCode"),
)
# What stands before the code proper: `com.amazon.coral.service#Name`, `oauth.v2.Name`.
_PREFIX = re.compile(r"[\w.]{1,80}[#.](?=[A-Za-z_]+$)")
# Codes that say only that the request was refused, not why.
_VAGUE = frozenset(
    {"invalidargument", "badrequest", "invalidrequesterror", "validation", "error", "list"}
)
_MEANINGS: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.QUOTA,
        re.compile(r"insufficientquota|(service)?quotaexceeded\w*|billing\w*|dailylimit\w*|\w*creditsexceeded"
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
                   r"|signaturedoesnotmatch|\w*signatureexception|invalid(client|grant)\w*"
                   r"|insufficientscope"),
    ),
    (
        ErrorKind.NOT_FOUND,
        re.compile(r"notfound(error)?|(model|deployment|endpoint|resource|route|path)notfound"
                   r"|resourcedoesnotexist|(invalid|unknown)model\w*|nosuch(model|endpoint)"),
    ),
    (
        ErrorKind.CONFIGURATION,
        # "Language not supported" may be about the text's language, except in the code of
        # Perspective, where the request names the language.
        re.compile(r"languagenotsupportedbyattribute|(model|task|operation)notsupported"
                   r"|unsupported(model|task|operation|mediatype|datatype)|schema\w*"
                   r"|unknown(field|parameter|url)|missing|extraforbidden"),
    ),
)  # fmt: skip
_BEGINNINGS: tuple[tuple[ErrorKind, re.Pattern[str]], ...] = (
    (
        ErrorKind.AUTH,
        re.compile(r"api[ _-]?key (is )?(not valid|invalid|expired|missing)"
                   r"|(no|invalid|incorrect|missing|expired|wrong) api[ _-]?key"
                   r"|(the )?security token|authorization header is|invalid username or password"
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
    """The machine-readable codes of a body, wherever known servers put them, those with a known
    meaning first."""
    found = [
        code
        for place in _places(answer)
        for name in (*_CODE_NAMES, "error")
        if (code := _code_at(place, name)) is not None
    ]
    return sorted(dict.fromkeys(found), key=lambda code: _kind_of(code) is None)


def _code_at(place: Mapping[str, Any], name: str) -> str | None:
    value = place.get(name)
    code = _PREFIX.sub("", value) if isinstance(value, str) else ""
    # OAuth puts its codes into `error`, where others have prose: a single word may be the comment.
    is_code = _CODE.fullmatch(code) and (name != "error" or _kind_of(code) is not None)
    return code if is_code else None


def kind_of_body(answer: object, codes: list[str]) -> ErrorKind | None:
    """The cause of an error other than the text; None if the body does not show one."""
    for code in codes:
        kind = _kind_of(code)
        if kind is not None:
            return kind
    for place in _places(answer):
        for name in ("message", "error", "detail", "error_message", "title", "faultstring"):
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
    """The objects of a body that may hold a code, innermost first."""
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]  # Google sends one error as a list of one
    if not isinstance(answer, dict):
        return
    inner = [answer[name] for name in ("error", "fault") if isinstance(answer.get(name), dict)]
    for place in (*inner, answer):
        for name in ("details", "errors", "detail"):
            some = place.get(name)
            some = [some] if isinstance(some, dict) else some
            if isinstance(some, list):
                yield from (one for one in some if isinstance(one, dict))
        yield place
