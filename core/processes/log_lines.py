"""A log record as one line of JSON, without secrets."""

import json
import logging
import re
from datetime import UTC, datetime

from core.inference.remote.secrets import HIDDEN, hide_known
from core.servinglog.record import ORIGIN

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")
_PASSWORD_NAMED = re.compile(r"(?i)\b(password|passwd|api[_-]?key|token)=[^\s&'\"]+")
# As core/serving/api_keys.py makes them: the id may be shown, what follows it may not.
_API_KEY = re.compile(r"\b(mck_[0-9a-f]{12})_[A-Za-z0-9_-]+")


class JsonLines(logging.Formatter):
    """Time, level, logger and message; request and trace where the record was made for one; the
    traceback of an exception as one field."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, str | None] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(_message_of(record)),
        }
        origin = ORIGIN.get()
        if origin is not None:
            fields |= {"request_id": origin.request_id, "trace_id": origin.trace_id}
        if record.exc_info:
            fields["exception"] = without_secrets(self.formatException(record.exc_info))
        # ASCII only: a line end of Unicode (U+2028) or half a surrogate pair would cut the line in
        # some readers, or could not be written at all.
        return json.dumps(fields, ensure_ascii=True)


def without_secrets(text: str) -> str:
    """The text without keys of backends and of the API, and without passwords of addresses."""
    text = _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", hide_known(text))
    text = _PASSWORD_NAMED.sub(rf"\1={HIDDEN}", text)
    return _API_KEY.sub(rf"\1_{HIDDEN}", text)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's arguments don't fit its message
        return str(record.msg)
