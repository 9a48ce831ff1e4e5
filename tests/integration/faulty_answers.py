"""Failing answers for the stub of remote backends."""

from collections.abc import Callable
from typing import Any

from tests.contract.remote_server import ReceivedRequest, ServerAnswer, logits_of, pairs


def always(
    status: int, body: Any = b"", **headers: str
) -> Callable[[ReceivedRequest], ServerAnswer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _asked: ServerAnswer(body, status, named)


def good(body: Any) -> Callable[[ReceivedRequest], ServerAnswer]:
    return lambda _asked: ServerAnswer(body)


def rows(change: Callable[[list[Any]], Any]) -> Callable[[ReceivedRequest], ServerAnswer]:
    """A good answer of text-embeddings-inference, changed."""

    def answer(asked: ReceivedRequest) -> ServerAnswer:
        texts = [one[0] for one in asked.body["inputs"]] if asked.body else []
        return ServerAnswer(change([pairs(logits_of(text)) for text in texts]))

    return answer
