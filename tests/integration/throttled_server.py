"""A stub of text-embeddings-inference as a process: `PORT CONTROL`. It answers as its control file
says: `wait_ms` and `ms_per_char` are its compute time, `answer` is good, auth or loading, and
`closes` ends every connection after one answer, so that a balancer sees each call."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.contract.remote_server import ReceivedRequest, ServerAnswer, tei

REFUSED = ServerAnswer({"error": "invalid key"}, 401)
LOADING = ServerAnswer({"error": "Model is currently loading", "estimated_time": 1.0}, 503)


def answer(control: dict[str, Any], asked: ReceivedRequest) -> ServerAnswer:
    """After the compute time, which is told in a header as the real server tells it."""
    if control["answer"] != "good":
        return REFUSED if control["answer"] == "auth" else LOADING
    if asked.path.endswith("/info"):
        return tei(asked)
    chars = sum(len(one[0]) for one in asked.body["inputs"])
    compute_ms = control["wait_ms"] + control["ms_per_char"] * chars
    time.sleep(compute_ms / 1000)
    given = tei(asked)
    times = {"x-inference-time": f"{compute_ms:.0f}", "x-total-time": f"{compute_ms + 3:.0f}"}
    return ServerAnswer(given.body, given.status, (given.headers or {}) | times)


def handler(control_file: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            control = json.loads(control_file.read_text())
            given = answer(control, ReceivedRequest(self.path, {}, {}, body, 0))
            content = json.dumps(given.body).encode()
            self.send_response(given.status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in (given.headers or {}).items():
                self.send_header(name, value)
            if control["closes"]:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    return Handler


class Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a caller that gave up is part of an incident."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[1])), handler(Path(sys.argv[2])))
    server.serve_forever()
