"""A stub of both Hacker News APIs, with their documented formats."""

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import LoopbackServer

Answer = tuple[int, bytes, dict[str, str]]


class Site(LoopbackServer):
    """A server on loopback. `answers` maps a path to a JSON value, or to a function of the number
    of requests so far; other paths answer `null`, like Firebase."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        super().__init__()
        self.url += "/v0"

    def answer(self, path: str) -> Answer:
        name = path.removeprefix("/v0/")
        with self._lock:
            self.asked.append(name)
            times = self.asked.count(name)
        if name.startswith("search_by_date"):
            found = self.answers["search"](parse_qs(urlsplit(name).query))
        else:
            found = self.answers.get(name.removeprefix("item/").removesuffix(".json"))
        if callable(found):
            found = found(times)
        if isinstance(found, tuple):
            return found
        return 200, json.dumps(found).encode(), {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body, headers = site.answer(self.path)
                is_cut_short = "Length" in headers
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", headers.pop("Length", str(len(body))))
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                    if status == 200 and not body:
                        self._drip()
                    self.close_connection |= is_cut_short
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _drip(self) -> None:
                while True:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler
