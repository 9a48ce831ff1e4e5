"""The body of an error in the format that clients of each path expect."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from core.serving.paths import ErrorFormat
from core.serving.schemas import ErrorAnswer, ErrorBody, ErrorDetail

_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    424: "server_error",
    429: "rate_limit_error",
}
_INFERENCE_TYPES = {
    400: "empty",
    401: "unauthorized",
    424: "backend",
    429: "overloaded",
    503: "unhealthy",
}


def status_in_format(shape: ErrorFormat, status: int) -> int:
    """The status those clients expect: OpenAI's expect 400 for a wrong input, and the open
    inference protocol defines no other client error."""
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and shape in (
        ErrorFormat.OPENAI,
        ErrorFormat.OPEN_INFERENCE,
    ):
        return HTTPStatus.BAD_REQUEST
    return status


def error_body(
    shape: ErrorFormat, status: int, kind: str, message: str, details: Sequence[ErrorDetail] = ()
) -> dict[str, Any]:
    """`status` is the result of `status_in_format`."""
    match shape:
        case ErrorFormat.OPENAI:
            error_type = _OPENAI_TYPES.get(status)
            if error_type is None:
                error_type = "server_error" if status >= 500 else "invalid_request_error"
            return {"error": {"message": message, "type": error_type, "param": None, "code": kind}}
        case ErrorFormat.TEXT_EMBEDDINGS_INFERENCE:
            return {"error": message, "error_type": _INFERENCE_TYPES.get(status, "validation")}
        case ErrorFormat.OPEN_INFERENCE:
            return {"error": message}
        case ErrorFormat.CONSOLE:
            body = ErrorBody(kind=kind, message=message, details=list(details))
            return ErrorAnswer(error=body).model_dump()
