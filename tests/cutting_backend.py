"""The fake backend, but with a limit: what it does not read, it tells."""

from collections.abc import Sequence
from dataclasses import replace

from core.inference.base import BatchResult
from core.inference.fake import FakeBackend
from core.inference.long_texts import join_windows
from core.inference.remote.passages import cut_passages

READS = 100


class WindowedBackend(FakeBackend):
    """Reads a text in windows of 100 bytes, up to `read_chars` characters."""

    def __init__(self, read_chars: int = 50_000) -> None:
        super().__init__()
        self._read_chars = read_chars

    def score(self, texts: Sequence[str]) -> BatchResult:
        cut = [cut_passages(text, READS, self._read_chars) for text in texts]
        answer = super().score(
            [
                text[each.start : each.end]
                for text, passages in zip(texts, cut, strict=True)
                for each in passages
            ]
        )
        found = iter(answer.results)
        results = tuple(
            join_windows([next(found) for _ in passages], passages, len(text) - passages[-1].end)
            for text, passages in zip(texts, cut, strict=True)
        )
        return replace(answer, results=results)


class CuttingBackend(FakeBackend):
    """Reads 100 characters of a text."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        answer = super().score([text[:READS] for text in texts])
        results = zip(answer.results, texts, strict=True)
        return replace(
            answer,
            results=tuple(
                replace(result, unread_chars=max(0, len(text) - READS)) for result, text in results
            ),
        )
