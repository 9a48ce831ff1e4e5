"""Waits until a server that was just started answers."""

import subprocess
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

POLL_S = 0.1


def await_answer(
    process: "subprocess.Popen[bytes]",
    port: int,
    path: str,
    *,
    within_s: float,
    body: str | None = None,
    answer_within_s: float = 5.0,
) -> bool:
    """Whether the server on this loopback port answers 200 before it ends or the time is up. It is
    asked by GET, or by POST if there is a JSON `body`."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=answer_within_s)
        try:
            if body is None:
                connection.request("GET", path)
            else:
                connection.request("POST", path, body, {"content-type": "application/json"})
            if connection.getresponse().status == HTTPStatus.OK:
                return True
        except (OSError, HTTPException):
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(POLL_S)
    return False
