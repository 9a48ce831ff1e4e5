"""Fuzzing: an answer with one random change gives the right scores or an error, never wrong
scores."""

import json
import random
from typing import Any

import pytest

from core.errors import BackendError
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open
from tests.contract.remote_server import SERVERS, ReceivedRequest, RemoteServer, ServerAnswer

pytestmark = pytest.mark.slow

# A guard's score is a share of what is in its list: another list is another score.
KINDS = sorted(set(SERVERS) - {"guard"})
ODD: tuple[Any, ...] = (None, True, "", "x", [], {}, [[]], [None], {"label": "toxic"})
TEXTS = (ABUSE, "fine", "damn", "you vermin")


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of an answer but the whole."""
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    found: list[tuple[Any, ...]] = []
    for key, value in inner:
        found.append((*at, key))
        if isinstance(value, dict | list):
            found += places(value, (*at, key))
    return found


def mutate(body: Any, draw: random.Random) -> Any:
    """One part removed, doubled, replaced, wrapped or renamed."""
    *path, last = draw.choice(places(body))
    parent = body
    for step in path:
        parent = parent[step]
    what = draw.choice(["out", "double", "odd", "odd", "wrap", "rename"])
    value = parent[last]
    if what == "out":
        del parent[last]
    elif what == "double" and isinstance(parent, list):
        parent.insert(last, value)
    elif what == "wrap":
        parent[last] = [value]
    elif what == "rename" and isinstance(parent, dict):
        parent[f"{last}_"] = parent.pop(last)
    else:
        parent[last] = draw.choice(ODD)
    return body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_answer_with_one_thing_changed_gives_right_scores_or_an_error(
    server: RemoteServer, opened: Open, kind: str, seed: int
) -> None:
    right = [result.scores for result in opened(kind).score(TEXTS).results]
    draw = random.Random(f"{kind} {seed}")
    for number in range(15):
        change = draw.random()

        def answer(asked: ReceivedRequest, change: float = change) -> ServerAnswer | None:
            if asked.body is None:
                return None
            body = json.loads(json.dumps(SERVERS[kind](asked).body))
            return ServerAnswer(mutate(body, random.Random(change)))

        server.override = answer if number % 2 else lambda _asked: None
        backend = opened(kind, attempts=1)
        if number % 2 == 0:  # well at the start, and changed later
            backend.load()
            server.override = answer
        try:
            found = [result.scores for result in backend.score(TEXTS).results]
        except BackendError:
            continue
        assert [row or right[n] for n, row in enumerate(found)] == right
        assert all(set(row) <= set(Label) for row in found)
