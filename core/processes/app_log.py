"""The log of a server as JSON lines on standard output: MODCONSOLE_LOG."""

import io
import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

import uvicorn.config

from core.config import Settings
from core.processes.log_lines import JsonLines


def set_up_log(settings: Settings) -> None:
    """With `json`, everything that this process logs or prints from now on is a line of JSON on
    standard output. Otherwise nothing changes."""
    if settings.log != "json":
        return
    root = logging.getLogger()
    root.handlers = [_LineHandler(sys.stdout)]
    for name in ("core", "dashboard", "printed"):
        logging.getLogger(name).setLevel(logging.INFO)
    # The server would give its loggers handlers of their own when it starts.
    uvicorn.config.LOGGING_CONFIG.update(handlers={}, loggers={})
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            hand_to_root(logger)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_of_thread
    printed = logging.getLogger("printed")
    sys.stdout = _PrintedLines(printed, logging.INFO)
    sys.stderr = _PrintedLines(printed, logging.ERROR)


def hand_to_root(logger: logging.Logger) -> None:
    """Leave the logger's records to the root's handler."""
    logger.handlers, logger.propagate = [], True


class _LineHandler(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(JsonLines())

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """A log that can't be written stops no server, and can't be complained of in the log."""


class _PrintedLines(io.TextIOBase):
    """A stream whose lines become log records: those of libraries that print, of Streamlit's
    greeting and of the command line."""

    def __init__(self, logger: logging.Logger, level: int) -> None:
        super().__init__()
        self._logger, self._level = logger, level
        self._rest = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        for line in lines:
            if line.strip():
                self._logger.log(self._level, "%s", line)
        return len(text)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log().critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))


def _log_uncaught_of_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        _log_uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def _log() -> logging.Logger:
    return logging.getLogger(__name__)
