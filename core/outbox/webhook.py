"""Delivers messages by a signed POST to the site."""

import time
from collections.abc import Callable
from datetime import datetime

import requests
import urllib3

from core.inference.remote.connections import PooledAdapter
from core.inference.remote.http_errors import http_failure
from core.inference.remote.proxies import proxies_for
from core.inference.remote.secrets import hide_in_logs
from core.inference.remote.transport import certificates_of_environment
from core.inference.remote.transport_failures import too_slow, transport_failure
from core.inference.resilience.retries import AttemptFailed
from core.moderation.message_contents import MessageContent
from core.moderation.outbox import Channel, FailedAttempt
from core.outbox.signature import key_of, signed_headers
from core.outbox.webhook_body import webhook_body

CONNECT_WITHIN_S = 3.0
ATTEMPT_S = 5.0
"""Shorter than `up` waits for its servers to stop: a receiver that hangs gets none killed."""
WORKERS = 8
READ_BYTES = 64 * 1024
"""Of an answer, whose content is not used."""
_PIECE_BYTES = 8 * 1024


class Webhook:
    """Implements `core.outbox.base.MessageChannel`. Delivered: the receiver answered 2xx, and its
    answer came to an end or grew longer than anybody reads. Redirects are not followed."""

    name = Channel.WEBHOOK
    workers = WORKERS

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        attempt_s: float = ATTEMPT_S,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Raises ValueError for a secret that is none."""
        self._url = url
        # A path may hold a token, and the HTTP library logs it.
        hide_in_logs([url.partition("//")[2].partition("/")[2]])
        self._key = key_of(secret)
        self._attempt_s = attempt_s
        self._monotonic = monotonic
        self._session = requests.Session()
        # Otherwise requests would send a password of ~/.netrc.
        self._session.trust_env = False
        self._session.proxies = dict(proxies_for(url))
        self._session.headers.update({"User-Agent": "moderation-console"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, PooledAdapter(WORKERS))

    def deliver(
        self, message_id: str, content: MessageContent, now: datetime
    ) -> FailedAttempt | None:
        return self.post(message_id, webhook_body(content), now)

    def post(self, message_id: str, body: bytes, now: datetime) -> FailedAttempt | None:
        """One attempt with a body of JSON, signed as all are; None: the receiver has taken it."""
        headers = {
            "Content-Type": "application/json",
            **signed_headers(self._key, message_id, now, body),
        }
        failure = self._post(body, headers, now)
        return None if failure is None else FailedAttempt(str(failure), failure.after_s)

    def _post(self, body: bytes, headers: dict[str, str], now: datetime) -> AttemptFailed | None:
        deadline = self._monotonic() + self._attempt_s
        try:
            with self._session.post(
                self._url,
                data=body,
                headers=headers,
                timeout=(min(CONNECT_WITHIN_S, self._attempt_s), self._attempt_s),
                verify=certificates_of_environment() or True,
                stream=True,
                allow_redirects=False,
            ) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                is_whole = self._read(response, deadline)
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as error:
            return transport_failure(error, is_late=self._monotonic() >= deadline)
        if not is_whole:
            return too_slow()
        if 200 <= response.status_code < 300:
            return None
        return http_failure(response.status_code, received, b"", now=now)

    def _read(self, response: requests.Response, deadline: float) -> bool:
        """Read the answer to its end, or as much of it as is worth it; False if it is too slow. A
        connection whose answer was read to its end is used again."""
        left = READ_BYTES
        # read1 returns what has arrived so far: a socket's timeout restarts with every byte.
        while left > 0 and (piece := response.raw.read1(_PIECE_BYTES)):
            left -= len(piece)
            if self._monotonic() > deadline:
                return False
        return True

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()
