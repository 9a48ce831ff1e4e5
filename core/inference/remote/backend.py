"""A backend over HTTP: splits texts into windows and requests, and joins the answers."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from core.clock import Clock
from core.errors import BackendError, ModelNotUsable
from core.inference.backends_file import BackendConfig
from core.inference.base import (
    OUTAGES,
    BackendInfo,
    BatchResult,
    CallMetadata,
    ErrorKind,
    Location,
    Passage,
    TextResult,
)
from core.inference.long_texts import join_windows
from core.inference.remote.call_metadata import measured, summed
from core.inference.remote.caller import Caller
from core.inference.remote.passages import cut_passages, window_bytes
from core.inference.remote.probe_order import check_order, check_threat
from core.inference.remote.probes import (
    HARMLESS_PROBES,
    PROBES,
    PROBES_AGAIN,
    THREAT,
    check_probes,
)
from core.inference.remote.proxies import is_local
from core.inference.remote.results import read_rows, result_of
from core.inference.remote.transport import Transport
from core.inference.remote.wire_format import HARMLESS, Row, WireFormat
from core.inference.resilience.circuit import Circuit
from core.inference.resilience.retries import AttemptFailed
from core.inference.windows import most_windows

KNOWN_WELL_S = 30.0
# The error kinds servers use to refuse a request with too many texts.
_LARGE_REQUEST_ERRORS = (ErrorKind.BAD_INPUT, ErrorKind.TOO_LARGE, ErrorKind.BACKEND)


@dataclass(frozen=True, slots=True)
class _Part:
    """The outcome of one request."""

    results: tuple[TextResult, ...]
    call: CallMetadata
    failure: BackendError | None = None

    @property
    def should_split(self) -> bool:
        """Whether the request may have failed because of one of its texts."""
        is_outage = self.failure is None or self.failure.kind in OUTAGES
        return not is_outage and len(self.results) > 1


class RemoteBackend:
    """Safe to use from several threads.

    A call with more texts than fit one request is sent as several requests at once. When only some
    of them fail, their texts carry the error; when all fail, the call raises it. A text that is
    longer than the server takes is sent in windows, of which about `read_chars` characters are
    sent. Without a known limit every text is sent as it is.
    """

    def __init__(
        self,
        config: BackendConfig,
        wire: WireFormat,
        transport: Transport,
        caller: Caller,
        clock: Clock,
        *,
        read_chars: int,
    ) -> None:
        self._config = config
        self._read_chars = read_chars
        self._wire = wire
        self._transport = transport
        self._caller = caller
        self._clock = clock
        self._batch_size = config.batch_size or wire.batch_size
        self._max_bytes = config.max_bytes or wire.max_bytes
        self._pool = ThreadPoolExecutor(config.concurrency, thread_name_prefix=config.name)
        self._max_tokens = config.max_tokens
        self._is_checked = False
        self._revision: str | None = None
        self._unusable: str | None = None
        self._unusable_at = 0.0

    @property
    def info(self) -> BackendInfo:
        """From the configuration; `model_version` includes the revision once the server has
        reported it."""
        info = info_of(self._config, self._wire, self._revision)
        tokens = self._max_tokens
        windows = most_windows(tokens, self._read_chars) if tokens else 1
        return replace(info, max_tokens=tokens, max_windows=windows)

    @property
    def circuit(self) -> Circuit:
        """Whether requests are sent at present, and after how many failures."""
        return self._caller.circuit

    def load(self) -> None:
        """Asks for the revision and scores a few probe texts. Raises ModelNotUsable for a server
        that misreads its model. A server that can't be reached now is checked at its first call
        instead."""
        try:
            self._check()
        except ModelNotUsable:
            raise
        except BackendError:
            return

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Results in input order."""
        began = self._clock.monotonic()
        if texts:
            self._check()
        cut = [self._cut(text) for text in texts]
        parts = self._parts(
            [
                text[passage.start : passage.end]
                for text, passages in zip(texts, cut, strict=True)
                for passage in passages
            ]
        )
        found = iter([result for part in parts for result in part.results])
        results = tuple(
            join_windows([next(found) for _ in passages], passages, len(text) - passages[-1].end)
            for text, passages in zip(texts, cut, strict=True)
        )
        call = summed([part.call for part in parts])
        total_ms = (self._clock.monotonic() - began) * 1000.0
        return BatchResult(results, replace(call, total_ms=total_ms))

    def health(self) -> str | None:
        """An answer within the last KNOWN_WELL_S seconds is enough; otherwise one harmless text is
        scored, without retries. A server that was never checked is checked first."""
        if not self._is_checked:
            try:
                self._check(once=True)
            except BackendError as error:
                return str(error)
        well_at = self._caller.well_at
        if well_at is not None and self._clock.monotonic() - well_at < KNOWN_WELL_S:
            return None
        failure = self._part([HARMLESS], once=True).failure
        return None if failure is None else str(failure)

    def close(self) -> None:
        """Waits for the requests under way, then closes the connections."""
        self._pool.shutdown()
        self._transport.close()

    def _parts(self, texts: Sequence[str]) -> list[_Part]:
        if not texts:
            return []
        size = self._batch_size
        chunks = [texts[start : start + size] for start in range(0, len(texts), size)]
        # A single request needs no extra thread.
        run = map if len(chunks) == 1 else self._pool.map
        parts = list(run(self._part, chunks))
        failures = [part.failure for part in parts if part.failure is not None]
        if len(failures) == len(parts) or any(part.should_split for part in parts):
            raise failures[0]
        return parts

    def _part(self, texts: Sequence[str], *, once: bool = False) -> _Part:
        request, count = self._wire.request(texts), len(texts)
        try:
            called = self._caller.call(
                request, lambda response: read_rows(self._wire, response, count), once=once
            )
        except BackendError as error:
            call = CallMetadata(0.0, attempts=error.attempts)
            return _failed(len(texts), call, error)
        metadata = self._wire.metadata(called.response)
        self._revision = metadata.model_revision or self._revision
        version = _version(self._config, self._revision)
        unread = self._wire.unread_chars(called.response, len(texts))
        results = tuple(
            replace(result_of(self._wire, row, version), unread_chars=chars)
            for row, chars in zip(called.found, unread, strict=True)
        )
        return _Part(results, measured(called, metadata))

    def _check(self, *, once: bool = False) -> None:
        """Runs until it has completed once. ModelNotUsable is remembered for KNOWN_WELL_S, so that
        calls in that time fail without asking the server again."""
        if self._is_checked:
            return
        now = self._clock.monotonic()
        if self._unusable is not None and now - self._unusable_at < KNOWN_WELL_S:
            raise ModelNotUsable(self._unusable)
        try:
            self._ask_revision(once=once)
            self._check_probes(once)
        except ModelNotUsable as error:
            self._unusable, self._unusable_at = str(error), now
            raise
        self._is_checked = True

    def _check_probes(self, once: bool) -> None:
        name = self._config.name
        # Where each text costs a request, one high score is enough.
        texts = PROBES if self._batch_size > 1 else (*HARMLESS_PROBES, THREAT)
        among = self._probed_in_parts(texts, once)
        check_probes(name, self._wire, list(among.values()))
        if self._batch_size > 1:
            again = self._probed_in_parts(PROBES_AGAIN, once)
            check_order(name, self._probed_in_parts([THREAT], once), among, again)
            check_threat(name, self._wire, again)
        check_threat(name, self._wire, among)

    def _probed_in_parts(self, texts: Sequence[str], once: bool) -> dict[str, Row]:
        step = self._batch_size
        starts = range(0, len(texts), step)
        rows = [row for at in starts for row in self._probed(texts[at : at + step], once)]
        return dict(zip(texts, rows, strict=True))

    def _probed(self, texts: Sequence[str], once: bool) -> list[Row]:
        """Scores of the probes. Sends fewer where the server takes fewer texts at once, and lowers
        the batch size of later requests to match."""
        try:
            called = self._caller.call(
                self._wire.request(texts), lambda response: response, once=once
            )
        except BackendError as error:
            if error.kind not in _LARGE_REQUEST_ERRORS or len(texts) == 1:
                raise
            # One alone first: it tells at once whether the server is down or takes fewer texts.
            rows = self._probed(texts[:1], once) + self._probed(texts[1:], once)
            self._batch_size = min(self._batch_size, len(texts) - 1)
            return rows
        try:
            return read_rows(self._wire, called.response, len(texts))
        except AttemptFailed as problem:
            words = f"{self._config.name} {problem}"
        raise ModelNotUsable(words)

    def _ask_revision(self, *, once: bool) -> None:
        """A server that doesn't report its revision is used all the same."""
        request = self._wire.revision_request()
        if request is None:
            return
        try:
            described = self._caller.call(request, self._wire.described, once=once).found
        except BackendError as error:
            if error.kind in OUTAGES - {ErrorKind.NOT_FOUND}:
                raise
            return
        self._revision = described.revision
        if described.max_tokens:
            self._max_tokens = min(described.max_tokens, self._max_tokens or described.max_tokens)

    def _cut(self, text: str) -> list[Passage]:
        size = window_bytes(self._max_tokens, self._max_bytes)
        if size is None:
            return [Passage(0, len(text))]
        return cut_passages(text, size, self._read_chars)


def info_of(config: BackendConfig, wire: WireFormat, revision: str | None = None) -> BackendInfo:
    """What the configuration declares, with the revision if the server reported one."""
    is_near = is_local(config.url)
    return BackendInfo(
        name=config.name,
        model_version=_version(config, revision),
        labels=tuple(wire.labels),
        activation=wire.activation,
        runtime=config.kind,
        precision="unknown",
        location=Location.LOCALHOST if is_near else Location.REMOTE,
        max_tokens=config.max_tokens,
        notice=wire.notice,
        languages=config.languages or wire.default_languages,
    )


def _version(config: BackendConfig, revision: str | None) -> str:
    model = config.model or config.kind
    return model if revision is None or revision == model else f"{model}@{revision}"


def _failed(count: int, call: CallMetadata, error: BackendError) -> _Part:
    result = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
    return _Part((result,) * count, call, error)
