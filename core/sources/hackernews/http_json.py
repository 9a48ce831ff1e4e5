"""GET requests for JSON: limited in time and size, with retries and translated errors."""

import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from core.clock import Clock, system_clock
from core.errors import InvalidInput, SourceUnavailable
from core.sources.files.fields import parse_json

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_ATTEMPTS = 3
FIRST_ANSWER_S = 4.5
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0
_PIECE_BYTES = 64 * 1024
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class JsonClient:
    """GET requests to one host. Safe to use from several threads.

    Never follows redirects, because nobody has approved their target, and sends no credentials.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float,
        pool_size: int = 1,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self.host = urlsplit(base_url).hostname or base_url
        self._timeout_s = timeout_s
        self._monotonic = (clock or system_clock()).monotonic
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = _no_credentials  # otherwise requests reads ~/.netrc
        self._session.headers["User-Agent"] = "moderation-console"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=pool_size))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def get_first(self, path: str, params: Mapping[str, str] | None = None) -> object:
        """The first answer of a source, or SourceUnavailable after FIRST_ANSWER_S.

        A host name lookup ignores timeouts, so the request runs in a thread that is left behind
        when the time is over.
        """
        answers: SimpleQueue[object] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(
                    self.get(path, params, budget_s=FIRST_ANSWER_S - 0.2, retries_connecting=False)
                )
            except SourceUnavailable as error:
                answers.put(error)

        Thread(target=ask, daemon=True, name=f"first answer of {self.host}").start()
        try:
            answer = answers.get(timeout=FIRST_ANSWER_S)
        except Empty:
            raise SourceUnavailable(f"{self.host} gave no answer in {FIRST_ANSWER_S} s") from None
        if isinstance(answer, SourceUnavailable):
            raise answer
        return answer

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        budget_s: float | None = None,
        retries_connecting: bool = True,
    ) -> object:
        """The decoded JSON answer. `budget_s` limits all attempts and pauses together.

        Raises SourceUnavailable saying what went wrong.
        """
        budget = MAX_ATTEMPTS * self._timeout_s if budget_s is None else budget_s
        deadline = self._monotonic() + budget
        pause_s = _FIRST_PAUSE_S
        for attempt in range(1, MAX_ATTEMPTS + 1):
            left_s = deadline - self._monotonic()
            try:
                return self._ask(path, params, min(self._timeout_s, left_s))
            except _TryAgain as failure:
                wait_s = max(pause_s, failure.after_s)
                longest_s = min(_LONGEST_PAUSE_S, deadline - self._monotonic())
                is_useless = failure.is_connecting and not retries_connecting
                if is_useless or attempt == MAX_ATTEMPTS or wait_s >= longest_s:
                    raise SourceUnavailable(f"{self.host} {failure}") from None
            self._sleep(wait_s)
            pause_s *= 2
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, path: str, params: Mapping[str, str] | None, timeout_s: float) -> object:
        url = f"{self._base_url}/{path}"
        deadline = self._monotonic() + timeout_s
        try:
            with self._session.get(
                url, params=params, timeout=timeout_s, stream=True, allow_redirects=False
            ) as response:
                self._check_status(response)
                body = self._body(response, deadline)
        except (requests.ReadTimeout, urllib3.exceptions.TimeoutError):
            raise _TryAgain(f"gave no answer in {timeout_s:.1f} s") from None
        except requests.exceptions.SSLError:
            raise SourceUnavailable(f"{self.host} has a certificate that is not trusted") from None
        except (requests.ConnectionError, requests.Timeout):
            raise _TryAgain("can't be reached", is_connecting=True) from None
        except urllib3.exceptions.ProtocolError:
            raise _TryAgain("broke off in the middle of an answer") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise SourceUnavailable(f"{self.host} failed ({type(error).__name__})") from None
        try:
            return parse_json(body)
        except InvalidInput as error:
            raise SourceUnavailable(f"{self.host} sent an answer that is {error}") from None

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status in _RETRIED:
            raise _TryAgain(f"answered {status}", after_s=_retry_after_s(response))
        if 300 <= status < 400:
            raise SourceUnavailable(f"{self.host} answered {status}: redirects are not followed")
        if status != 200:
            raise SourceUnavailable(f"{self.host} answered {status}")

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        # read1 returns what has arrived so far, so that the deadline also ends a body that arrives
        # byte by byte.
        body = bytearray()
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                size = MAX_ANSWER_BYTES // 2**20
                raise SourceUnavailable(f"{self.host} sent an answer of more than {size} MB")
            if self._monotonic() > deadline:
                raise _TryAgain("sends too slowly")
        return bytes(body)


class _TryAgain(Exception):  # never leaves this module
    def __init__(self, problem: str, *, after_s: float = 0.0, is_connecting: bool = False) -> None:
        super().__init__(problem)
        self.after_s = after_s
        self.is_connecting = is_connecting


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _retry_after_s(response: requests.Response) -> float:
    """Seconds the server asks to wait. A date counts as too long to wait."""
    asked = response.headers.get("Retry-After", "0").strip()
    return float(asked) if asked.isascii() and asked.isdecimal() else _LONGEST_PAUSE_S
