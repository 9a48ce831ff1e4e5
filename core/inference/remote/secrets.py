"""Keeps keys out of the logs, including those of the HTTP library, which logs whole URLs."""

import logging
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"
_LIBRARY_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry", "requests")


class _Hiding(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps every record, with the secrets replaced."""
        message = record.getMessage()
        if any(secret in message for secret in self.secrets):
            record.msg, record.args = hidden(message, self.secrets), ()
        return True


_HIDING = _Hiding()


def hide_in_logs(secrets: Iterable[str]) -> None:
    """From now on the HTTP library's log records never show these."""
    for secret in secrets:
        _HIDING.secrets |= {secret, quote(secret, safe="")}
    for name in _LIBRARY_LOGGERS:
        logging.getLogger(name).addFilter(_HIDING)  # adding the same filter again has no effect


def hide_known(text: str) -> str:
    """The text without the secrets that `hide_in_logs` was given."""
    return hidden(text, _HIDING.secrets)


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced. Longest first: one secret may contain another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
