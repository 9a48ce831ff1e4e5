"""The cause of a refusal: the key, the model, the quota or a setting is never mistaken for the
comment.

The bodies are the ones that the servers send.
"""

import json
from datetime import UTC, datetime

import pytest

from core.inference.base import ErrorKind as K
from core.inference.remote.http_errors import http_failure
from core.inference.resilience.retries import AttemptFailed

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def google(code: int, status: str, message: str, **detail: str) -> dict[str, object]:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", **detail}
    error = {"code": code, "message": message, "status": status, "details": [info]}
    return {"error": error if detail else {**error, "details": []}}


def refused(status: int, body: object, **headers: str) -> AttemptFailed:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http_failure(status, headers, raw, now=NOW)


INVALID_KEY = "API key not valid. Please pass a valid API key."
SCHEMA = "Failed to enforce schema of data '...' with schema '[text: string (required)]'."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, google(400, "INVALID_ARGUMENT", INVALID_KEY, reason="API_KEY_INVALID"), K.AUTH),
        (400, google(400, "INVALID_ARGUMENT", INVALID_KEY), K.AUTH),
        (400, [google(400, "INVALID_ARGUMENT", "x", reason="API_KEY_EXPIRED")], K.AUTH),
        (400, {"error": {"errors": [{"reason": "keyInvalid"}], "code": 400}}, K.AUTH),
        (403, google(403, "PERMISSION_DENIED", "x", reason="SERVICE_DISABLED"), K.AUTH),
        (403, {"error": {"errors": [{"reason": "dailyLimitExceeded"}]}}, K.QUOTA),
        (403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}, K.RATE_LIMITED),
        (400, google(400, "INVALID_ARGUMENT", "x",
                     errorType="LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"), K.CONFIGURATION),
        (400, google(400, "INVALID_ARGUMENT", "x", errorType="COMMENT_TOO_LONG"), K.BAD_INPUT),
        (400, {"error_code": "BAD_REQUEST", "message": SCHEMA}, K.CONFIGURATION),
        (400, {"error_code": "INVALID_PARAMETER_VALUE", "message": SCHEMA}, K.CONFIGURATION),
        (400, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "x"}, K.NOT_FOUND),
        (400, {"error_code": "UNAUTHENTICATED", "message": "x"}, K.AUTH),
        (400, {"error": "Model unitary/toxic-bert is not supported by provider hf-inference"},
         K.CONFIGURATION),
        (400, {"error": "Model not supported by provider hf-inference"}, K.CONFIGURATION),
        (400, {"error": "Authorization header is correct, but the token seems invalid"}, K.AUTH),
        (400, {"error": {"message": "x", "type": "invalid_request_error", "code":
                         "model_not_found"}}, K.NOT_FOUND),
        (400, {"message": "The model `toxic` does not exist.", "code": 400}, K.NOT_FOUND),
        (404, {"object": "error", "type": "NotFoundError", "message": "x"}, K.NOT_FOUND),
        (400, {"__type": "UnrecognizedClientException", "message": "x"}, K.AUTH),
        (400, {"__type": "com.amazon.coral.service#ThrottlingException"}, K.RATE_LIMITED),
        (400, {"__type": "InvalidSignatureException"}, K.AUTH),
        (400, {"__type": "ServiceQuotaExceededException"}, K.QUOTA),
        (400, {"__type": "ValidationException", "message": "x"}, K.BAD_INPUT),
        (400, {"error": "invalid_token", "error_description": "it expired"}, K.AUTH),
        (400, {"error": "invalid_client"}, K.AUTH),
        (400, {"error": "idiot"}, K.BAD_INPUT),
        (400, {"message": "No API key found in request"}, K.AUTH),
        (400, {"message": "The security token included in the request is invalid."}, K.AUTH),
        (400, {"title": "Unauthorized", "status": 401}, K.AUTH),
        (400, {"errors": {"code": "invalid_api_key"}}, K.AUTH),
        (400, {"fault": {"faultstring": "x", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}},
         K.AUTH),
        (400, {"fault": {"faultstring": "Invalid API-Key"}}, K.AUTH),
        (422, {"detail": [{"type": "value_error.missing", "loc": ["body", "inputs"]}]},
         K.CONFIGURATION),
        (400, {"error": {"message": "x", "code": "insufficient_quota"}}, K.QUOTA),
        (429, {"error": {"message": "x", "code": "insufficient_quota"}}, K.QUOTA),
        (429, {"error": {"message": "x", "code": "rate_limit_exceeded"}}, K.RATE_LIMITED),
        (429, {"error": {"message": "x", "code": "invalid_api_key"}}, K.RATE_LIMITED),
        (401, {"error": {"message": "x", "code": "model_not_found"}}, K.AUTH),
        (402, {"error": "You have exceeded your monthly included credits"}, K.QUOTA),
        (407, b"", K.AUTH),
        (410, {"error": "x"}, K.NOT_FOUND),
        (422, {"detail": [{"type": "missing", "loc": ["body", "input"], "msg": "x"}]},
         K.CONFIGURATION),
        (422, {"detail": [{"type": "string_too_long", "loc": ["body"], "msg": "x"}]}, K.BAD_INPUT),
        (413, {"error": "batch size 33 > maximum allowed batch size 32"}, K.BAD_INPUT),
        (500, {"error": {"code": "invalid_api_key"}}, K.BACKEND),
        (400, b"<html>", K.BAD_INPUT), (400, [], K.BAD_INPUT), (400, None, K.BAD_INPUT),
        (400, {"error": {"details": [3, None, "x"], "errors": 4}}, K.BAD_INPUT),
    ],
)  # fmt: skip
def test_a_refusal_is_about_what_its_body_names(status: int, body: object, kind: K) -> None:
    assert refused(status, body).kind is kind


@pytest.mark.parametrize(
    "quoted",
    ["invalid api key", "your model not found lol", "API_KEY_INVALID", "unauthorized"],
)
def test_a_comment_that_is_quoted_says_nothing_of_the_service(quoted: str) -> None:
    """Otherwise an author could make the backend look broken with such a comment."""
    for body in (
        {"error": f"can't tokenize '{quoted}'"},
        {"detail": [{"type": "value_error", "msg": "x", "input": quoted}]},
        {"error": {"code": "invalid_request_error", "message": f"input '{quoted}' is too long"}},
    ):
        assert refused(422, body).kind is K.BAD_INPUT


def test_the_telling_code_is_named_and_no_prose() -> None:
    body = google(400, "INVALID_ARGUMENT", INVALID_KEY, reason="API_KEY_INVALID")
    assert str(refused(400, body)) == (
        "answered 400 (API_KEY_INVALID): the key or its rights are refused"
    )


def test_a_limit_that_comes_as_403_is_waited_for() -> None:
    body = {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}
    failure = refused(403, body, **{"retry-after": "7"})
    assert (failure.can_retry, failure.after_s) == (True, 7)
    assert not refused(429, {"error": {"code": "insufficient_quota"}}).can_retry


@pytest.mark.parametrize(
    ("estimated", "after_s"),
    [("20.0", 20), ("1e300", 86_400), ("9" * 400, 86_400), ("Infinity", 86_400), ("-3", None),
     ("NaN", None), ("true", None), ('"soon"', None)],
)  # fmt: skip
def test_time_a_model_says_it_needs_is_bounded(estimated: str, after_s: float | None) -> None:
    failure = refused(503, f'{{"error": "loading", "estimated_time": {estimated}}}'.encode())
    assert (failure.kind is K.LOADING) == (after_s is not None)
    assert failure.after_s == after_s


def test_word_of_prose_is_not_repeated() -> None:
    """It may be the comment itself."""
    assert str(refused(400, {"error": "idiot"})) == "answered 400"
