"""A cache of results in memory, so that the same weights never score a text twice."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

from core.inference.base import (
    Backend,
    BackendInfo,
    BatchResult,
    CallMetadata,
    TextResult,
    check_count,
)
from core.inference.text.form import readings
from core.moderation.scores import are_scores

Key = tuple[bytes, str]


class CachedBackend:
    """A backend that remembers its last `entries` results, the least recently used going first.

    Texts that `readings` makes equal share a result, within a call too; failures are never kept.
    `version` returns what the answers depend on besides the text; by default the model
    version. Only digests of texts are held. Errors are those of the wrapped backend.
    """

    def __init__(
        self, backend: Backend, *, entries: int, version: Callable[[], str] | None = None
    ) -> None:
        self._backend = backend
        self._entries = entries
        self._version = version or (lambda: backend.info.model_version)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, TextResult] = OrderedDict()

    @property
    def info(self) -> BackendInfo:
        return self._backend.info

    def load(self) -> None:
        """Loads the wrapped backend."""
        self._backend.load()

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Scores each unknown text once; all others are counted in `cache_hits`."""
        begin = perf_counter()
        version = self._version()
        keys = [(_digest(text), version) for text in texts]
        found = self._look_up(keys)
        wanted: dict[Key, str] = {}
        for key, text in zip(keys, texts, strict=True):
            if key not in found:
                wanted.setdefault(key, text)
        call = CallMetadata(0.0)
        if wanted:
            answer = self._backend.score(list(wanted.values()))
            check_count(self.info.name, answer, wanted)
            call = answer.call
            fresh = dict(zip(wanted, answer.results, strict=True))
            found |= fresh
            # The weights changed during the call, so it is unknown which of them gave these.
            if self._version() == version:
                self._keep(fresh)
        call = replace(
            call,
            total_ms=(perf_counter() - begin) * 1000.0,
            cache_hits=call.cache_hits + len(texts) - len(wanted),
        )
        return BatchResult(tuple(found[key] for key in keys), call)

    def health(self) -> str | None:
        """The wrapped backend's health."""
        return self._backend.health()

    def close(self) -> None:
        """Forgets everything and closes the wrapped backend."""
        with self._lock:
            self._kept.clear()
        self._backend.close()

    def _look_up(self, keys: Sequence[Key]) -> dict[Key, TextResult]:
        found = {}
        with self._lock:
            for key in keys:
                result = self._kept.get(key)
                if result is not None:
                    self._kept.move_to_end(key)
                    found[key] = result
        return found

    def _keep(self, fresh: dict[Key, TextResult]) -> None:
        with self._lock:
            for key, result in fresh.items():
                if _is_lasting(result):
                    self._kept[key] = result
                    self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)


def _is_lasting(result: TextResult) -> bool:
    """False for failures, for answers of a fallback, which may differ next time, and for a text
    that was not read whole: how much was not read depends on its markup, which the key leaves
    out."""
    is_whole = result.error is None and not result.unread_chars
    return is_whole and result.backend is None and are_scores(result.scores)


def _digest(text: str) -> bytes:
    """The digest of the text as the model reads it. Accepts any string, even with lone
    surrogates."""
    form = "\n".join(readings(text)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(form, digest_size=16).digest()
