"""Errors of the HTTP library as failures with a kind. No message holds an address or a key."""

import requests
import urllib3

from core.inference.base import ErrorKind
from core.inference.resilience.retries import AttemptFailed


def transport_failure(error: Exception, *, is_late: bool) -> AttemptFailed:
    """What an error of requests or urllib3 means. `is_late`: the deadline has passed."""
    kinds = urllib3.exceptions
    if isinstance(error, requests.exceptions.SSLError | kinds.SSLError):
        return AttemptFailed("has a certificate that is not trusted", kind=ErrorKind.TLS)
    if isinstance(error, requests.ConnectTimeout):
        return AttemptFailed("could not be reached in time", kind=ErrorKind.TIMEOUT, can_retry=True)
    # When we shut a connection down at the deadline, it looks as if the server had closed it.
    if isinstance(error, requests.Timeout | kinds.TimeoutError) or is_late:
        return too_slow()
    # requests raises ValueError for an invalid URL, proxy or header, and a bare OSError for a
    # missing file of certificates. All of its errors are OSErrors too.
    lacks_file = type(error) is OSError and error.errno is None
    if isinstance(error, ValueError) or lacks_file:
        what = "a ca_file" if lacks_file else "an address, key, header or proxy"
        words = f"has {what} that can't be used ({type(error).__name__})"
        return AttemptFailed(words, kind=ErrorKind.CONFIGURATION)
    for classes, words, kind in _BROKEN:
        if isinstance(error, classes):
            return AttemptFailed(words, kind=kind, can_retry=kind is ErrorKind.CONNECT)
    return AttemptFailed(f"failed ({type(error).__name__})", kind=ErrorKind.BACKEND)


_BROKEN: tuple[tuple[tuple[type[Exception], ...], str, ErrorKind], ...] = (
    (
        (urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError),
        "broke off in the middle of an answer",
        ErrorKind.CONNECT,
    ),
    (
        (urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError),
        "sent an answer in another encoding than it says",
        ErrorKind.BACKEND,
    ),
    ((OSError,), "could not be reached", ErrorKind.CONNECT),
)


def too_slow() -> AttemptFailed:
    """The whole answer did not come before the deadline."""
    return AttemptFailed("gave no answer in time", kind=ErrorKind.TIMEOUT, can_retry=True)
