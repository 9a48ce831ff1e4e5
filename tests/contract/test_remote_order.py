"""Answers of other texts, or under other labels: the first calls find them, whatever the order."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import pytest

from core.errors import ModelNotUsable
from core.inference.remote.probes import PROBES, PROBES_AGAIN
from core.moderation.scores import Label
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_configs import LABELS, ORDER
from tests.contract.remote_server import (
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    logits_of,
    pairs,
    scores_of,
)

Order = Callable[[Sequence[str]], list[str]]


def swapped(texts: Sequence[str]) -> list[str]:
    found = list(texts)
    for at in range(0, len(found) - 1, 2):
        found[at], found[at + 1] = found[at + 1], found[at]
    return found


def by_score(text: str) -> float:
    return max(scores_of(text).values())


ORDERS: dict[str, Order] = {
    "pairs": swapped,
    "first two": lambda texts: [*texts[1::-1], *texts[2:]],
    "last two": lambda texts: [*texts[:-2], *texts[:-3:-1]],
    "the ends": lambda texts: [texts[-1], *texts[1:-1], texts[0]] if len(texts) > 1 else [*texts],
    "ascending": lambda texts: sorted(texts, key=by_score),
    "descending": lambda texts: sorted(texts, key=by_score, reverse=True),
    "short first": lambda texts: sorted(texts, key=len),
    "long first": lambda texts: sorted(texts, key=len, reverse=True),
    "letters": sorted,
    "reversed": lambda texts: [*texts[::-1]],
    "on by one": lambda texts: [*texts[1:], texts[0]],
    "back by one": lambda texts: [texts[-1], *texts[:-1]],
    "halves": lambda texts: [*texts[len(texts) // 2 :], *texts[: len(texts) // 2]],
    "all the first": lambda texts: [texts[0]] * len(texts),
    "all the last": lambda texts: [texts[-1]] * len(texts),
}


def tei_in(order: Order) -> Callable[[ReceivedRequest], ServerAnswer | None]:
    def answer(asked: ReceivedRequest) -> ServerAnswer | None:
        if asked.body is None:
            return None
        texts = [one[0] for one in asked.body["inputs"]]
        return ServerAnswer([pairs(logits_of(text)) for text in order(texts)])

    return answer


@pytest.mark.parametrize("batch_size", [None, 2, 3])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("labels", [LABELS, {"toxicity": "toxic"}])
def test_answers_in_another_order_are_refused(
    server: RemoteServer, opened: Open, order: str, batch_size: int | None, labels: dict[str, str]
) -> None:
    server.override = tei_in(ORDERS[order])
    more: dict[str, Any] = {"labels": labels}
    more |= {} if batch_size is None else {"batch_size": batch_size}
    with pytest.raises(ModelNotUsable, match=r"order of the texts|the same scores"):
        opened("tei", **more).load()


@pytest.mark.parametrize("places", [p for p in permutations(range(4)) if p != (0, 1, 2, 3)])
@pytest.mark.parametrize("labels", [LABELS, {"toxicity": "toxic"}, {"threat": "threat"}])
def test_no_other_order_of_four_passes(
    server: RemoteServer, opened: Open, places: tuple[int, ...], labels: dict[str, str]
) -> None:
    server.override = tei_in(
        lambda texts: [texts[at] for at in places] if len(texts) == 4 else list(texts)
    )
    if labels == {"threat": "threat"} and all(
        scores_of(probes[at])["threat"] == scores_of(probes[place])["threat"]
        for probes in (PROBES, PROBES_AGAIN)
        for place, at in enumerate(places)
    ):
        pytest.skip("by that label alone, it changes no score")
    with pytest.raises(ModelNotUsable, match="order of the texts"):
        opened("tei", labels=labels).load()


def test_start_costs_three_calls_and_the_answers_are_used(
    server: RemoteServer, opened: Open
) -> None:
    for kind in ("vllm", "openai", "perspective", "guard"):
        server.asked.clear()
        backend = opened(kind)
        backend.load()
        assert len(server.asked) == 3
        assert toxicity(backend) == pytest.approx(scores_of(ABUSE)["toxic"])


def vllm_of(row: Callable[[str], list[float]]) -> Callable[[ReceivedRequest], ServerAnswer]:
    """Without the name of the best class."""
    return lambda asked: ServerAnswer(
        {"data": [{"index": n, "probs": row(t)} for n, t in enumerate(asked.body["input"])]}
    )


def of_two(text: str) -> list[float]:
    """A softmax over two classes."""
    return [1 - scores_of(text)["toxic"], scores_of(text)["toxic"]]


@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "none"])
def test_two_classes_in_the_wrong_order_are_refused(
    server: RemoteServer, opened: Open, activation: str
) -> None:
    server.override = vllm_of(of_two)
    settings: dict[str, Any] = {"labels": {"toxicity": "toxic"}, "activation": activation}
    with pytest.raises(ModelNotUsable, match=r"no higher .* toxicity \(its 'toxic'\).*label_order"):
        opened("vllm", label_order=["toxic", "fine"], **settings).load()
    right = opened("vllm", label_order=["fine", "toxic"], **settings)
    assert toxicity(right) == pytest.approx(scores_of(ABUSE)["toxic"])


@pytest.mark.parametrize(
    "order",
    [ORDER[::-1], [*ORDER[1:], ORDER[0]], [ORDER[-1], *ORDER[:-1]],
     ["obscene", "toxic", *ORDER[2:]], ["toxic", "threat", "obscene", *ORDER[3:]],
     [*ORDER[:3], "identity_hate", "insult"]],
)  # fmt: skip
def test_classes_in_the_wrong_order_are_refused(
    server: RemoteServer, opened: Open, order: list[str]
) -> None:
    server.override = vllm_of(lambda text: [*map(scores_of(text).get, ORDER)])  # type: ignore[list-item]
    with pytest.raises(ModelNotUsable, match="no higher score"):
        opened("vllm", label_order=order).load()
    assert toxicity(opened("vllm")) == scores_of(ABUSE)["toxic"]


@pytest.mark.parametrize(
    "kind", ["tei", "infinity", "hf_router", "mlflow", "perspective", "openai"]
)
def test_labels_of_each_kind_that_are_mixed_up_are_refused(
    server: RemoteServer, opened: Open, kind: str
) -> None:
    right = {str(label): names[0] for label, names in opened(kind)._wire.labels.items()}
    wrong = right | {"toxicity": right["identity_attack"], "identity_attack": right["toxicity"]}
    with pytest.raises(ModelNotUsable, match="no higher score than harmless texts for toxicity"):
        opened(kind, labels=wrong).load()


def test_label_that_no_threat_raises_and_another_language_are_no_fault(
    server: RemoteServer, opened: Open
) -> None:
    wrong = {"toxicity": "identity_hate", "insult": "insult"}
    opened("infinity", labels=wrong, languages=["de", "fr"]).load()
    with pytest.raises(ModelNotUsable, match="no higher score"):
        opened("infinity", labels=wrong, languages=["de", "en"]).load()
    opened("infinity", labels={"identity_attack": "identity_hate", "toxicity": "toxic"}).load()


def test_softmax_that_leaves_little_for_a_threat_is_no_fault(
    server: RemoteServer, opened: Open
) -> None:
    backend = opened("infinity", activation="softmax")
    server.override = lambda asked: ServerAnswer(
        {
            "data": [
                pairs({"toxic": 0.5 if max(scores_of(t).values()) < 0.5 else 0.9, "threat": 0.05})
                for t in asked.body["input"]
            ]
        }
    )
    backend = opened(
        "infinity", activation="softmax", labels={"toxicity": "toxic", "threat": "threat"}
    )
    backend.load()
    assert backend.info.labels == (Label.TOXICITY, Label.THREAT)


def test_category_that_a_guard_did_not_name_is_no_fault(server: RemoteServer, opened: Open) -> None:
    guard = opened("guard", labels={"toxicity": "unsafe", "threat": "S1", "insult": "S99"})
    assert guard.score([ABUSE]).results[0].scores[Label.INSULT] == 0.0
