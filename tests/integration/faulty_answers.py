"""Answers to make the stand-in of a remote backend fail with."""

from collections.abc import Callable
from typing import Any

from tests.contract.remote_server import Asked, Told, logits_of, pairs


def always(status: int, body: Any = b"", **headers: str) -> Callable[[Asked], Told]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _asked: Told(body, status, named)


def good(body: Any) -> Callable[[Asked], Told]:
    return lambda _asked: Told(body)


def rows(change: Callable[[list[Any]], Any]) -> Callable[[Asked], Told]:
    """A good answer of text-embeddings-inference, changed."""

    def answer(asked: Asked) -> Told:
        texts = [one[0] for one in asked.body["inputs"]] if asked.body else []
        return Told(change([pairs(logits_of(text)) for text in texts]))

    return answer
