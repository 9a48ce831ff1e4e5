"""A guard model's score is computed from the probabilities of its first word."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import ModelNotUsable
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_server import ReceivedRequest, RemoteServer, ServerAnswer


@pytest.mark.parametrize(
    ("tokens", "score"),
    [
        ([[("\n\n", 1.0)], [("unsafe", 0.9), ("safe", 0.05)]], 0.9 / 0.95),
        ([[("un", 0.2), ("safe", 0.8)]], 0.2),
        ([[(" Safe", 0.7), ("UNSAFE", 0.1), ("The", 0.2)]], 0.125),
    ],
)
def test_guard_scores_its_first_word(
    server: RemoteServer, opened: Open, tokens: list[list[tuple[str, float]]], score: float
) -> None:
    server.override = of_abuse(tokens)
    assert toxicity(opened("guard")) == pytest.approx(score)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [([], "no log-probabilities"), ([[("I", 1.0)]], "did not begin its answer with the safe")],
)
def test_guard_that_says_something_else_is_refused(
    server: RemoteServer, opened: Open, tokens: list[list[tuple[str, float]]], words: str
) -> None:
    server.override = lambda _asked: guard_answer(tokens)
    with pytest.raises(ModelNotUsable, match=words):
        opened("guard").load()


def test_categories_of_a_guard_have_its_score_where_they_are_named(opened: Open) -> None:
    labels = {"toxicity": "unsafe", "identity_attack": "S10", "threat": ["S1", "S9"]}
    backend = opened("guard", labels=labels | {"insult": "S99"})
    scores = backend.score([ABUSE]).results[0].scores
    assert scores == pytest.approx(
        {Label.TOXICITY: 0.92, Label.THREAT: 0.92, Label.INSULT: 0.0, Label.IDENTITY_ATTACK: 0.92}
    )
    assert max(backend.score(["fine"]).results[0].scores.values()) == pytest.approx(0.02)


def test_guard_with_other_words_and_its_own_policy(server: RemoteServer, opened: Open) -> None:
    server.override = of_abuse([[("Yes", 0.3), ("No", 0.1)]], [[("Yes", 0.01), ("No", 0.9)]])
    backend = opened("guard", safe_word="No", unsafe_word="Yes", prompt="Is it rude?")
    assert toxicity(backend) == pytest.approx(0.75)
    assert server.asked[-1].body["messages"][0] == {"role": "system", "content": "Is it rude?"}


def test_guard_that_says_the_same_of_everything_is_refused(
    server: RemoteServer, opened: Open
) -> None:
    server.override = lambda _asked: guard_answer([[("unsafe", 0.5), ("safe", 0.5)]])
    with pytest.raises(ModelNotUsable, match="same scores to 3 texts"):
        opened("guard").load()


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([], "gave 0 results for 1 texts"),
        (None, "something other than a list"),
        ([{"message": {"content": "safe"}}] * 2, "gave 2 results for 1 texts"),
        ([{"message": {"content": "safe"}}], "without `logprobs.content`"),
        ([{"logprobs": {"content": [{"token": "safe", "top_logprobs": None}]}}], "did not begin"),
        ([{"logprobs": {"content": [{"token": "safe", "top_logprobs":
           [{"token": "safe", "logprob": 0.7}]}]}}], "log-probability above 0"),
        ([{"logprobs": {"content": [{"token": "safe", "top_logprobs":
           [{"token": "safe", "logprob": "-1"}]}]}}], "not a number"),
    ],
)  # fmt: skip
def test_guard_that_answers_in_another_shape_is_refused(
    server: RemoteServer, opened: Open, choices: Any, words: str
) -> None:
    server.override = lambda _asked: ServerAnswer({"choices": choices})
    with pytest.raises(ModelNotUsable, match=words):
        opened("guard").load()


def of_abuse(
    tokens: list[list[tuple[str, float]]],
    others: list[list[tuple[str, float]]] | None = None,
) -> Callable[[ReceivedRequest], ServerAnswer]:
    """These tokens for the abusive text, others for the rest."""
    rest = others or [[("safe", 0.99), ("unsafe", 0.01)]]
    return lambda asked: guard_answer(
        tokens if "idiot" in asked.body["messages"][-1]["content"] else rest
    )


def guard_answer(tokens: list[list[tuple[str, float]]]) -> ServerAnswer:
    content = [
        {
            "token": place[0][0],
            "top_logprobs": [
                {"token": token, "logprob": math.log(chance)} for token, chance in place
            ],
        }
        for place in tokens
    ]
    choice = {"message": {"content": "safe"}, "logprobs": {"content": content}}
    return ServerAnswer({"choices": [choice]})
